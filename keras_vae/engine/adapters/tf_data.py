"""A check of batches within a `tf.data` pipeline, where Python does not see them."""

import tensorflow as tf

from keras_vae.engine.adapters.batches import data_of


def checked(dataset, check):
    """`dataset`, with an error at a batch whose values the likelihood does not know.

    Args:
        dataset: `tf.data.Dataset`.
        check: `keras_vae.models.checks.BatchCheck` with a support.
    """
    spec = dataset.element_spec
    x = data_of(spec)
    if not isinstance(x, tf.TensorSpec) or not (x.dtype.is_floating or x.dtype.is_integer):
        return dataset
    least, greatest = check.support
    message = (
        f"The likelihood {check.name} needs x in [{least:g}, {greatest:g}], so divide 8-bit images "
        "by 255. Received: values from ... to:"
    )

    def look(*batch):
        x = data_of(batch)
        low, high = tf.cast(tf.reduce_min(x), "float32"), tf.cast(tf.reduce_max(x), "float32")
        # What is not finite ends the run otherwise.
        outside = ((low < least) | (high > greatest)) & tf.math.is_finite(high - low)
        with tf.control_dependencies([tf.debugging.Assert(~outside, [message, low, high])]):
            batch = tf.nest.map_structure(tf.identity, batch)
        return batch if isinstance(spec, tuple) else batch[0]

    return dataset.map(look)
