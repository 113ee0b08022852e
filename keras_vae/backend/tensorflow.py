"""TensorFlow: under `tf.distribute` a step sees only its replica's part of the batch."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from keras_vae.typing import Seed

#: the generator that TensorFlow takes by itself outside of XLA. Where the choice is left to XLA, as
#: Keras does, a CPU needs thirty times as long for the same number of draws.
_GENERATOR = "philox"

seed_dtype = "int64"
softplus = keras.ops.softplus


def normal(shape: Any, dtype: Any = None, seed: Seed = None) -> Any:
    """As `keras.random.normal`, and as fast under XLA."""
    dtype = dtype or keras.config.floatx()
    return tf.random.stateless_normal(shape, _key(seed), dtype=dtype, alg=_GENERATOR)


def uniform(
    shape: Any, minval: Any = 0.0, maxval: Any = 1.0, dtype: Any = None, seed: Seed = None
) -> Any:
    """As `keras.random.uniform`, and as fast under XLA."""
    dtype = dtype or keras.config.floatx()
    ends = {"minval": tf.cast(minval, dtype), "maxval": tf.cast(maxval, dtype)}
    return tf.random.stateless_uniform(shape, _key(seed), **ends, dtype=dtype, alg=_GENERATOR)


def _key(seed):
    """Two integers of 32 bits, as Keras takes them from a seed; of its own generator for `None`."""
    if seed is None:
        return keras.random.randint((2,), 0, tf.int32.max)
    key = tf.constant([seed, 0], "int64") if isinstance(seed, int) else seed.next()
    return tf.cast(tf.math.floormod(key, tf.int32.max - 1), "int32")


def mean_over_batch(values: Any) -> Any:
    """Mean over the first axis of the *global* batch, (batch, ...) -> (...).

    Keras divides each replica's loss by the number of replicas and adds the gradients up. That is
    the gradient of the global mean only while all replicas hold equally many examples; so each
    replica's part is weighted here by its count. The value is the same on every replica.
    """
    if _is_alone():
        return tf.reduce_mean(values, axis=0)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    context = tf.distribute.get_replica_context()
    local_sum = tf.reduce_sum(values, axis=0)
    local_count = tf.cast(tf.shape(values)[0], values.dtype)
    global_sum, count = context.all_reduce(
        tf.distribute.ReduceOp.SUM, [tf.stop_gradient(local_sum), local_count]
    )
    # The value of the global mean with the gradient of this replica's share of it.
    share = local_sum * (replicas / count)
    return share + tf.stop_gradient(global_sum / count - share)


def sum_over_replicas(values: Any) -> Any:
    """The sums of tensors over all replicas, in a list like theirs; no gradient is asked for."""
    if _is_alone():
        return values
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)


def of_first_replica(value: Any) -> Any:
    """The first replica's value of a tensor, on every replica: for what is drawn at random."""
    if _is_alone():
        return value
    context = tf.distribute.get_replica_context()
    is_first = tf.cast(tf.equal(context.replica_id_in_sync_group, 0), value.dtype)
    return context.all_reduce(tf.distribute.ReduceOp.SUM, is_first * value)


def _is_alone():
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return replicas == 1 or tf.distribute.in_cross_replica_context()


def num_untied_processes() -> int:
    """Number of processes that would each train a model of their own: one, as Keras ties them."""
    return 1


def num_processes() -> Any:
    """Number of processes that share the training."""
    return 1


def low_optimization_compile() -> Any:
    """Context of what runs but once: nothing is compiled for it here."""
    return contextlib.nullcontext()


@contextlib.contextmanager
def one_replica_without_sums() -> Iterator[Any]:
    """Context within which traced steps can be freed.

    Keras' optimizers sum the gradients of all replicas, even of one. TensorFlow registers a
    gradient of each such sum in a graph, and never forgets it; it holds the graph of the step, tens
    of megabytes. Within this, the sum over one replica is the value itself, and registers nothing.
    Keras' own loop makes a replica of its own, and is not reached.
    """
    if tf.distribute.has_strategy():
        yield
        return
    replica = tf.distribute.get_replica_context()
    replica.all_reduce = lambda reduce_op, value, options=None: value
    try:
        yield
    finally:
        vars(replica).pop("all_reduce", None)  # an inner context may have been here before


def contiguous_convolution_gradients(x: Any, compute_dtype: Any) -> Any:
    """Context of a pass over `x` after which every convolution has gradients: always so here."""
    return contextlib.nullcontext()


def gradient(function: Any, x: Any) -> Any:
    """Gradient of the scalar `function(x)` by the tensor x, of its shape; differentiable again."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x)
    return tape.gradient(value, x)


def losses_of_this_replica(losses: Any) -> Any:
    """Those of a model's losses that the current replica has added.

    Replicas take turns wherever they meet, as in a batch norm's averages or in `mean_over_batch`;
    each then finds the others' losses in the model's one list.
    """
    if _is_alone() or tf.executing_eagerly():
        return losses
    here = _replica_scope(tf.constant(0))
    return [loss for loss in losses if _replica_scope(loss) == here]


def _replica_scope(tensor):
    # TensorFlow builds the graph of each replica but the first in a name scope of its own. The
    # replica's number in its context is a tensor, and says nothing while the graph is built.
    scope = tensor.name.split("/")[0]
    return scope if scope.startswith("replica_") else None
