"""The compiled loop on JAX: a block of steps in one `fori_loop`, the state donated."""

import jax
import keras
from jax import lax

from keras_vae.training.architecture import has_convolution
from keras_vae.training.blocks import Blocks


def stand_in(example, count):
    """`count` equal batches, which stand for the blocks of an epoch in Keras' loop."""
    return Blocks(example, count)


def to_device(array):
    """The array on the default device, once."""
    return jax.device_put(array)


def device_bytes():
    """Memory of the default device in bytes, or None where the data are in it anyway (a CPU)."""
    device = jax.devices()[0]
    return None if device.platform == "cpu" else device.memory_stats()["bytes_limit"]


def train_function(model, feed, loops):
    """Keras' train function `(state, iterator) -> (logs, state)`, for a block of `feed`."""
    run = loops.get("train") or loops.setdefault("train", _Loop(model, model.train_step))
    return lambda state, iterator: run(state, feed)


def test_function(model, feed, loops):
    """Keras' test function `(state, iterator) -> (logs, state)`, for a block of `feed`."""
    run = loops.get("test") or loops.setdefault("test", _Loop(model, model.test_step))
    return lambda state, iterator: run(state, feed)


class _Loop:
    """Runs blocks of steps; a state is Keras' tuple of lists of values, the metrics' last."""

    def __init__(self, model, step):
        self.model = model
        self.step = step
        self.loop = _jit(model, self._loop)
        self.one = _jit(model, self._one)
        # XLA's CPU backend runs convolutions inside a loop on a path that is ten times slower;
        # there, one call a step costs nothing in comparison.
        self.unrolled = has_convolution(model) and jax.default_backend() == "cpu"

    def __call__(self, state, feed):
        block = feed.plan.next_block()
        state = tuple(list(values) for values in state)
        steps = len(block.rows)
        logs = None
        if self.unrolled or steps == 1:
            for i in range(steps):
                logs, state = self.one(state, feed.data, block.rows[i], _value(block, i))
        elif steps:
            # Blocks differ by a few steps: padded to one shape, they share one compilation.
            rows, values = feed.padded(block)
            logs, state = self.loop(state, feed.data, rows, values, steps)
        if len(block.rest):
            logs, state = self.one(state, feed.data, block.rest, _value(block, steps))
        return logs, state

    def _loop(self, state, data, rows, values, steps):
        def body(i, state):
            value = None if values is None else values[i]
            return self._next_state(state, data, rows[i], value)

        state = lax.fori_loop(0, steps, body, state)
        return self._logs(state), state

    def _one(self, state, data, rows, value):
        state = self._next_state(state, data, rows, value)
        return self._logs(state), state

    def _next_state(self, state, data, rows, value):
        if value is not None:
            state = (state[0], self._with_kl_weight(state[1], value), *state[2:])
        # The step's own logs are not asked for, so XLA leaves them out of the loop.
        _, state = self.step(state, (jax.tree.map(lambda a: a[rows], data),))
        return tuple(list(values) for values in state)

    def _with_kl_weight(self, values, value):
        """The non-trainable variables' values, with the step's KL weight put in."""
        weight = self.model.objective.kl_weight
        variables = self.model.non_trainable_variables
        return [value if v is weight else old for v, old in zip(variables, values, strict=True)]

    def _logs(self, state):
        mapping = zip(self.model.metrics_variables, state[-1], strict=True)
        with keras.StatelessScope(state_mapping=list(mapping)):
            return self.model.get_metrics_result()


def _jit(model, function):
    return jax.jit(function, donate_argnums=0) if model.jit_compile else function


def _value(block, step):
    return None if block.values is None else block.values[step]


def forward(program):
    """A compiled function of a batch, with the program's current weights."""

    @jax.jit
    def call(trainable, others, x):
        return program.stateless_call(trainable, others, x)

    generator = program.seed_generator

    def run(x):
        variables = program.non_trainable_variables
        trainable = [v.value for v in program.trainable_variables]
        outputs, new = call(trainable, [v.value for v in variables], x)
        if generator is not None:
            generator.state.assign(new[_position(generator.state, variables)])
        return outputs

    return run


def _position(variable, variables):
    return next(i for i, v in enumerate(variables) if v is variable)
