"""The compiled loop on TensorFlow: a block of steps in one `while_loop` of one `tf.function`."""

import numpy as np
import tensorflow as tf
from tensorflow.python.client import device_lib

from keras_vae.training.architecture import has_convolution

#: bytes of NumPy's data that go to the device at once
PIECE = 2**25


def stand_in(example, count):
    """`count` equal batches, which stand for the blocks of an epoch in Keras' loop.

    Not a `PyDataset` as elsewhere: Keras feeds one from a Python generator with prefetching, which
    leaves a thread of TensorFlow's pool waiting. On two cores all dense XLA programs then take
    twice the time, until the process ends.
    """
    return tf.data.Dataset.from_tensors((example,)).repeat(count)


def to_device(array):
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


def device_bytes():
    """Memory of the default device in bytes, or None where the data are in it anyway (a CPU)."""
    limits = [d.memory_limit for d in device_lib.list_local_devices() if d.device_type == "GPU"]
    return limits[0] if limits else None


def train_function(model, feed, loops):
    """Keras' train function `iterator -> logs`, for a block of `feed`."""
    run = loops.get("train") or loops.setdefault("train", _Loop(model, model.train_step))
    return lambda iterator: run(feed)


def test_function(model, feed, loops):
    """Keras' test function `iterator -> logs`, for a block of `feed`."""
    run = loops.get("test") or loops.setdefault("test", _Loop(model, model.test_step))
    return lambda iterator: run(feed)


class _Loop:
    """Runs blocks of steps over the model's own variables."""

    def __init__(self, model, step):
        self.model = model
        self.step = step
        jit = use_xla(model)
        self.loop = tf.function(self._loop, jit_compile=jit, autograph=False)
        self.one = tf.function(self._one, jit_compile=jit, autograph=False)

    def __call__(self, feed):
        block = feed.plan.next_block()
        steps = len(block.rows)
        logs = None
        if steps == 1:
            logs = self.one(feed.data, _tensor(block.rows[0]), _value(block, 0))
        elif steps:
            values = None if block.values is None else tf.constant(block.values)
            logs = self.loop(feed.data, _tensor(block.rows), values)
        if len(block.rest):
            logs = self.one(feed.data, _tensor(block.rest), _value(block, steps))
        return logs

    def _loop(self, data, rows, values):
        steps = rows.shape[0]  # static: XLA's loop is faster with it

        def body(i):
            self._run(data, rows[i], None if values is None else values[i])
            return (i + 1,)

        tf.while_loop(lambda i: i < steps, body, (tf.constant(0),), parallel_iterations=1)
        return self.model.get_metrics_result()

    def _one(self, data, rows, value):
        self._run(data, rows, value)
        return self.model.get_metrics_result()

    def _run(self, data, rows, value):
        if value is not None:
            self.model.objective.kl_weight.assign(value)
        self.step((tf.nest.map_structure(lambda a: tf.gather(a, rows), data),))


def use_xla(model):
    """Whether to compile with XLA: as the user said, else where it is the faster one."""
    if model.distribute_strategy.num_replicas_in_sync > 1:
        return False  # XLA does not reach another replica's variables
    if model.jit_choice != "auto":
        return bool(model.jit_choice)
    if tf.config.list_physical_devices("GPU"):
        return bool(model.jit_compile)
    # Keras leaves XLA off on CPUs. For dense networks it makes the loop faster, for convolutions
    # slower.
    return not has_convolution(model)


def _tensor(rows):
    return tf.constant(rows)


def _value(block, step):
    return None if block.values is None else tf.constant(block.values[step])


def forward(program):
    """A compiled function of a batch, with the program's current weights."""
    function = tf.function(program.call, jit_compile=use_xla(program.vae), autograph=False)
    # One trace a shape, on purpose; called as they are, they would set off TensorFlow's warning.
    traces = {}

    def run(x):
        x = tf.nest.map_structure(tf.convert_to_tensor, x)
        key = tuple((tuple(t.shape), t.dtype) for t in tf.nest.flatten(x))
        if key not in traces:
            specs = tf.nest.map_structure(lambda t: tf.TensorSpec(t.shape, t.dtype), x)
            traces[key] = function.get_concrete_function(specs)
        return traces[key](x)

    return run
