"""The compiled loop on JAX: a block of steps in one `fori_loop`, the state donated."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras
from jax import lax

from keras_vae.engine.keras_internals import JaxState
from keras_vae.engine.layer_walk import has_convolution, training_signature
from keras_vae.engine.placeholder_dataset import PlaceholderDataset
from keras_vae.engine.recent import Recent
from keras_vae.typing import Tensor


def placeholder_dataset(example: Any, count: int) -> keras.utils.PyDataset:
    """`count` equal batches, which stand for the blocks of an epoch in Keras' loop."""
    return PlaceholderDataset(example, count)


def to_device(array: Any) -> Any:
    """The array on the default device, once."""
    return jax.device_put(array)


def device_bytes() -> int | None:
    """Memory of the default device in bytes, or `None` of a CPU."""
    device = jax.devices()[0]
    return None if device.platform == "cpu" else device.memory_stats()["bytes_limit"]


def keras_function(steps: "CompiledSteps", data: Any) -> Callable:
    """Keras' train or test function `(state, iterator) -> (logs, state)`, for a block of `data`."""
    return lambda state, iterator: steps(state, data)


class CompiledSteps:
    """Runs blocks of steps; a state is Keras' tuple of lists of values, see `JaxState`.

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
        self.loop = _jit(model, self._loop)
        self.one = _jit(model, self._one)
        # XLA's CPU backend runs convolutions inside a loop on a path that is ten times slower;
        # there, one call a step costs nothing in comparison.
        self.unrolled = has_convolution(model) and jax.default_backend() == "cpu"

    def __call__(self, state: Any, data: Any) -> Any:
        block = data.plan.next_block()
        state = JaxState.of(state).state
        steps = len(block.rows)
        logs = None
        if self.unrolled or steps == 1:
            for i in range(steps):
                logs, state = self.one(state, data.data, block.rows[i], block.values[i])
        elif steps:
            # Blocks differ by a few steps: padded to one shape, they share one compilation.
            rows, values = data.padded(block)
            logs, state = self.loop(state, data.data, rows, values, steps)
        if len(block.rest):
            logs, state = self.one(state, data.data, block.rest, block.values[steps])
        return logs, state

    def _loop(self, state, data, rows, values, steps):
        def body(i: Tensor, state: Any) -> Any:
            return self._next_state(state, data, rows[i], values[i])

        state = lax.fori_loop(0, steps, body, state)
        return self._logs(state), state

    def _one(self, state, data, rows, values):
        state = self._next_state(state, data, rows, values)
        return self._logs(state), state

    def _next_state(self, state, data, rows, values):
        new = {id(v): values[i].astype(v.dtype) for i, v in enumerate(self.scheduled)}
        state = JaxState(state).with_values(self.model, new).state
        # The step's own logs are not asked for, so XLA leaves them out of the loop.
        _, state = self.step(state, (jax.tree.map(lambda a: a[rows], data),))
        return JaxState.of(state).state

    def _logs(self, state):
        with keras.StatelessScope(state_mapping=JaxState(state).metrics(self.model)):
            return self.model.get_metrics_result()


def _jit(model, function):
    return jax.jit(function, donate_argnums=0) if model.jit_compile else function


def compiled_forward(program: Any) -> Callable:
    """A compiled function of a batch, with the program's current weights.

    A trace knows variables by their places among those that train and the others. So there is one
    for each choice of what trains, and for each shape; those of the shapes that came last are kept.
    """
    traces = Recent()
    generator = program.seed_generator

    def run(x: Any) -> Any:
        signature, held = training_signature(program.vae)

        def trace() -> tuple[Callable, list[keras.Variable]]:
            # Of a function of its own, for JAX shares traces among wrappers of one function.
            return jax.jit(lambda *state_and_x: program.stateless_call(*state_and_x)), held

        # One for each shape, for one for all would keep the programs of all shapes.
        function, _ = traces.find((_shapes(x), signature), trace)
        variables = program.non_trainable_variables
        trainable = [v.value for v in program.trainable_variables]
        outputs, new = function(trainable, [v.value for v in variables], x)
        if generator is not None:
            generator.state.assign(new[_position(generator.state, variables)])
        return outputs

    return run


def _shapes(x):
    """Shapes and dtypes of a nest of arrays, in one tuple."""
    return tuple((tuple(array.shape), str(array.dtype)) for array in keras.tree.flatten(x))


def _position(variable, variables):
    return next(i for i, v in enumerate(variables) if v is variable)
