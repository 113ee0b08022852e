"""The compiled loop on TensorFlow: a block of steps in one `while_loop` of one `tf.function`."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.client import device_lib

from keras_vae.engine.layer_walk import has_convolution, training_signature
from keras_vae.engine.recent import Recent
from keras_vae.typing import Tensor

#: bytes of NumPy's data that go to the device at once
PIECE = 2**25


def placeholder_dataset(example: Any, count: int) -> tf.data.Dataset:
    """`count` equal batches, which stand for the blocks of an epoch in Keras' loop.

    Not a `PyDataset` as elsewhere: Keras feeds one from a Python generator with prefetching, which
    leaves a thread of TensorFlow's pool waiting. On two cores all dense XLA programs then take
    twice the time, until the process ends.
    """
    return tf.data.Dataset.from_tensors((example,)).repeat(count)


def to_device(array: Any) -> Any:
    """The array on the default device, once.

    Piece by piece where it is NumPy's and large: TensorFlow would copy the whole twice on its way,
    and hold both copies for a while.
    """
    is_numpy = isinstance(array, np.ndarray) and array.dtype.kind == "f"
    if not is_numpy or array.nbytes <= PIECE:
        return tf.convert_to_tensor(array)
    data = tf.raw_ops.Empty(shape=array.shape, dtype=array.dtype)
    rows = max(1, PIECE * len(array) // array.nbytes)
    for begin in range(0, len(array), rows):
        piece = array[begin : begin + rows]
        places = tf.range(begin, begin + len(piece))
        data = tf.raw_ops.InplaceUpdate(x=data, i=places, v=piece)
    return data


def device_bytes() -> int | None:
    """Memory of the default device in bytes, or `None` of a CPU."""
    limits = [d.memory_limit for d in device_lib.list_local_devices() if d.device_type == "GPU"]
    return limits[0] if limits else None


def keras_function(steps: "CompiledSteps", data: Any) -> Callable:
    """Keras' train or test function `iterator -> logs`, for a block of `data`."""
    return lambda iterator: steps(data)


class CompiledSteps:
    """Runs blocks of steps over the model's own variables.

    Args:
        model: the model.
        training: bool, whether the steps train, or test.
        scheduled: list of the variables that a block's values are for.
    """

    def __init__(
        self, model: keras.Model, training: bool, scheduled: Sequence[keras.Variable]
    ) -> None:
        self.model = model
        self.step = model.train_step if training else model.test_step
        self.scheduled = list(scheduled)
        jit = use_xla(model)
        self.loop = tf.function(self._loop, jit_compile=jit, autograph=False)
        self.one = tf.function(self._one, jit_compile=jit, autograph=False)

    def __call__(self, data: Any) -> Any:
        block = data.plan.next_block()
        steps = len(block.rows)
        logs = None
        if steps == 1:
            logs = self._run_one(data, block.rows[0], block.values[0])
        elif steps:
            values = tf.constant(block.values[:steps])
            logs = self.loop(data.data, tf.constant(block.rows), values)
        if len(block.rest):
            logs = self._run_one(data, block.rest, block.values[steps])
        return logs

    def _run_one(self, data, rows, values):
        return self.one(data.data, tf.constant(rows), tf.constant(values))

    def _loop(self, data, rows, values):
        steps = rows.shape[0]  # static: XLA's loop is faster with it

        def body(i: Tensor) -> Any:
            self._step(data, rows[i], values[i])
            return (i + 1,)

        tf.while_loop(lambda i: i < steps, body, (tf.constant(0),), parallel_iterations=1)
        return self.model.get_metrics_result()

    def _one(self, data, rows, values):
        self._step(data, rows, values)
        return self.model.get_metrics_result()

    def _step(self, data, rows, values):
        for i, variable in enumerate(self.scheduled):
            variable.assign(tf.cast(values[i], variable.dtype))
        self.step((tf.nest.map_structure(lambda a: tf.gather(a, rows), data),))


def use_xla(model: Any) -> bool:
    """Whether to compile with XLA: as the user said, else where it is the faster one."""
    if model.distribute_strategy.num_replicas_in_sync > 1:
        return False  # XLA does not reach another replica's variables
    if model.requested_jit != "auto":
        return bool(model.requested_jit)
    if tf.config.list_physical_devices("GPU"):
        return bool(model.jit_compile)
    # Keras leaves XLA off on CPUs. For dense networks it makes the loop faster, for convolutions
    # slower.
    return not has_convolution(model)


def compiled_forward(program: Any) -> Callable:
    """A compiled function of a batch, with the program's current weights.

    One trace a shape, on purpose; called as it is, the function would set off TensorFlow's warning.
    A trace has the variables built in, so there is another after `quantize` or `enable_lora`. Those
    of the shapes that came last are kept.
    """
    traces = Recent()

    def run(x: Any) -> Any:
        x = tf.nest.map_structure(tf.convert_to_tensor, x)
        shapes = tuple((tuple(t.shape), t.dtype) for t in tf.nest.flatten(x))
        signature, variables = training_signature(program.vae)

        def trace() -> tuple[Callable, list[keras.Variable]]:
            specs = tf.nest.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype), x)
            function = tf.function(program.call, jit_compile=use_xla(program.vae), autograph=False)
            return function.get_concrete_function(specs), variables

        return traces.find((shapes, signature), trace)[0](x)

    return run
