"""Data on the device, and the plan of their steps: what the compiled loop eats."""

import keras
import numpy as np

from keras_vae.training.feeding import num_rows
from keras_vae.training.plan import Plan

if keras.backend.backend() == "jax":
    from keras_vae.training import loop_jax as loop
elif keras.backend.backend() == "tensorflow":
    from keras_vae.training import loop_tensorflow as loop
else:
    from keras_vae.training import loop_torch as loop

#: share of the device's memory that the data may take; larger data go through Keras' own loop
MEMORY_SHARE = 0.5


class Feed:
    """Arrays on the device and the plan of their steps.

    Args:
        x: NumPy array or tensor (n, event), or a dict of such.
        batch_size: int.
        block: int, steps in a compiled call. Defaults to `None`, about 60.
        seed: int, of the shuffles; None for rows in order.
    """

    def __init__(self, x, batch_size, block=None, seed=None):
        self.plan = Plan(num_rows(x), batch_size, block, seed)
        self.data = keras.tree.map_structure(lambda a: loop.to_device(as_float32(a)), x)

        example = keras.tree.map_structure(lambda a: a[:1], x)
        #: what Keras' loop is given for data: as many batches as there are blocks
        self.stand_in = loop.stand_in(example, self.plan.num_blocks)

    def padded(self, block):
        """A block's rows and values, with zeros up to the plan's number of steps in a block."""
        missing = self.plan.block - len(block.rows)
        rows = np.pad(block.rows, ((0, missing), (0, 0)))
        if block.values is None:
            return rows, None
        return rows, np.resize(block.values, self.plan.block)


def as_float32(x):
    """`x`, with float64 turned to float32, as Keras does; integers as they are."""
    if isinstance(x, np.ndarray) and x.dtype == np.float64:
        return x.astype("float32")
    return x


def fits_on_device(x):
    """Whether the data take no more than `MEMORY_SHARE` of the device's memory."""
    limit = loop.device_bytes()
    return limit is None or sum(map(_bytes, keras.tree.flatten(x))) <= MEMORY_SHARE * limit


def _bytes(array):
    dtype = np.dtype(keras.backend.standardize_dtype(array.dtype))
    return int(np.prod(array.shape)) * dtype.itemsize
