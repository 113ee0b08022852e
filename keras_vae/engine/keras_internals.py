"""All that this package asks of Keras' private parts, each in a function of its own.

A docstring says what Keras must do for its function to be right; `tests/engine` has a test of each,
whose message says what breaks where Keras does it no more. What cannot stand here, the loops
themselves, is listed in this folder's README.
"""

import contextlib
import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import keras

#: apart enough that no seed generator draws as often in one step
SEED_GAP = 2**20

#: what Keras' trainers keep of the functions that their loops call
_STEP_FUNCTIONS = ("steps_per_execution", "train_function", "test_function")


# ---- the trainer -----------------------------------------------------------------------------


def require_compiled(model: keras.Model, method: str) -> None:
    """Raise Keras' own ValueError unless the model was compiled.

    Keras' trainers have `_assert_compile_called(method)`, which raises it.
    """
    model._assert_compile_called(method)


def require_known_variables(model: keras.Model) -> None:
    """Raise a ValueError if the optimizer cannot train what the model trains now.

    Keras' optimizers keep the variables that they were built for in `_trainable_variables`, and
    have no slots for others. Those that average variables (`use_ema`) want all of them.
    """
    optimizer = model.optimizer
    if not optimizer.built:
        return
    known, trained = optimizer._trainable_variables, model.trainable_variables
    unknown = {id(v) for v in trained} - {id(v) for v in known}
    averages = any(one.use_ema for one in _optimizers_within(optimizer))
    if unknown or (averages and len(known) != len(trained)):
        raise ValueError(
            "fit needs an optimizer that was built for the variables that train. Call "
            "compile(...) with a new optimizer after layers were thawed or replaced; one with "
            "use_ema=True, after they were frozen too. Received: a model that trains "
            f"{len(trained)} variables, {len(unknown)} of which are new to the optimizer of "
            f"{len(known)}"
        )


@contextlib.contextmanager
def optimizer_of_trained_variables(model: keras.Model) -> Iterator[None]:
    """Within this, JAX' optimizer serves what trains now; other variables keep their slots.

    On JAX Keras' optimizers take gradients by their places in `_trainable_variables`, and find the
    slots of a variable by `_trainable_variables_indices`, from `_var_key` to a number. Elsewhere
    each gradient comes with its variable.
    """
    if keras.backend.backend() != "jax" or not model.optimizer.built:
        yield
        return
    saved = []
    for optimizer in _optimizers_within(model.optimizer):
        known, numbers = optimizer._trainable_variables, optimizer._trainable_variables_indices
        saved.append((optimizer, known, numbers))
        keys = [(v, optimizer._var_key(v)) for v in model.trainable_variables]
        _set_known(
            optimizer,
            [v for v, key in keys if key in numbers],
            {key: numbers[key] for _, key in keys if key in numbers},
        )
    try:
        yield
    finally:
        for optimizer, known, numbers in saved:
            _set_known(optimizer, known, numbers)


def _set_known(optimizer, variables, numbers):
    # Past Keras' attribute tracking, which would count the model's variables among its own.
    object.__setattr__(optimizer, "_trainable_variables", variables)
    object.__setattr__(optimizer, "_trainable_variables_indices", numbers)


def _optimizers_within(optimizer):
    """An optimizer, and those among its attributes, which do its work."""
    values = keras.tree.flatten(list(vars(optimizer).values()))
    inner = [value for value in values if isinstance(value, keras.optimizers.Optimizer)]
    return [optimizer, *(one for within in inner for one in _optimizers_within(within))]


@contextlib.contextmanager
def replaced_step_functions(model: keras.Model) -> Iterator[None]:
    """Within this, Keras' loops ask `make_train_function` and `make_test_function` anew.

    Keras' trainers call these before their loops, keep the functions in `train_function` and
    `test_function`, and call them once for each `steps_per_execution` batches. Within this that is
    one; afterwards all three are as they were.
    """
    own = vars(model)
    saved = {name: own[name] for name in _STEP_FUNCTIONS}
    own.update(steps_per_execution=1, train_function=None, test_function=None)
    try:
        yield
    finally:
        own.update(saved)


def has_own_step(model: keras.Model) -> bool:
    """Whether a subclass replaced Keras' `train_step` or `test_step`.

    Keras' trainers look up both on the model's class, and `keras.Model` has the trainer's own.
    """
    names = ("train_step", "test_step")
    return any(getattr(type(model), name) is not getattr(keras.Model, name) for name in names)


def is_called_by_fit(callbacks: Any) -> bool:
    """Whether `evaluate(callbacks=...)` was called by Keras' `fit`.

    Keras' `fit` hands its `keras.callbacks.CallbackList` to `evaluate`; users hand over a list.
    """
    return isinstance(callbacks, keras.callbacks.CallbackList)


def loss_tracker(model: keras.Model) -> keras.metrics.Mean:
    """The metric that averages the loss over an epoch.

    Keras lists it first in `model.metrics`, under the name "loss".

    Raises:
        RuntimeError: if another metric is there.
    """
    tracker = model.metrics[0]
    if not isinstance(tracker, keras.metrics.Mean) or tracker.name != "loss":
        raise RuntimeError(
            "keras_vae expects Keras to list the loss first in model.metrics. "
            f"Received: {tracker!r} with keras {keras.__version__}. "
            "Set `vae.use_compiled_loop = False`, and report this."
        )
    return tracker


# ---- JAX' state in Keras' loop ---------------------------------------------------------------


def sync_state(model: keras.Model) -> None:
    """Bring the variables' values back from Keras' loop.

    In the middle of a fit on JAX they are in the loop's state, and `jax_state_sync()` writes them
    back. Trainers of other backends have no such method, and nothing to write back.
    """
    if keras.backend.backend() == "jax":
        model.jax_state_sync()


class JaxState(NamedTuple):
    """The state that Keras' train and test functions pass on, on JAX.

    It is a tuple of lists of values, in the order of these of the model's attributes: the
    `trainable_variables`, the `non_trainable_variables`, in training the `optimizer.variables`, and
    the `metrics_variables`.
    """

    state: tuple

    @classmethod
    def of(cls, state: Sequence) -> "JaxState":
        """The state as Keras' loop gives it, in lists that a compiled loop can carry."""
        return cls(tuple(list(values) for values in state))

    def with_values(self, model: keras.Model, values: dict[int, Any]) -> "JaxState":
        """The state with new values of non-trainable variables, a dict by their `id`."""
        variables = model.non_trainable_variables
        old = zip(variables, self.state[1], strict=True)
        new = [values.get(id(v), value) for v, value in old]
        return JaxState((self.state[0], new, *self.state[2:]))

    def metrics(self, model: keras.Model) -> list[tuple[keras.Variable, Any]]:
        """Pairs of a metric's variable and its value."""
        return list(zip(model.metrics_variables, self.state[-1], strict=True))


@contextlib.contextmanager
def restore_variables_on_error(model: keras.Model, trains: bool = False) -> Iterator[None]:
    """Within this, Keras' loops leave all variables with values, whatever error ends them.

    On JAX they take the values out of the variables (`Variable._value` becomes `None`) for their
    first step. Where that step fails, on data of a wrong shape for one, Keras has nothing to put
    back, and the model would be lost. Elsewhere the variables keep their values.
    """
    if keras.backend.backend() != "jax":
        yield
        return
    if trains and not model.optimizer.built:
        # Keras would do so within, and what it made there could not be brought back.
        model.optimizer.build(model.trainable_variables)
    variables = [*model.variables, *model.metrics_variables, *model.optimizer.variables]
    values = [v._value for v in variables]
    try:
        yield
    except BaseException:
        for variable, value in zip(variables, values, strict=True):
            if variable._value is None and value is not None and not value.is_deleted():
                variable._value = value
        raise


def is_error_of_no_step(error: Exception) -> bool:
    """Whether Keras' loop on JAX failed because the data gave no batch.

    In `fit` it then reads its `logs`, which no step has set; in `evaluate` it reads metrics, whose
    values it has taken out, and whose initializers are gone (`None`).
    """
    if keras.backend.backend() != "jax":
        return False
    if isinstance(error, UnboundLocalError):
        return "'logs'" in str(error)
    return str(error) == "'NoneType' object is not callable"


# ---- layers ----------------------------------------------------------------------------------


def all_layers(layer: keras.layers.Layer) -> list[keras.layers.Layer]:
    """A layer and all layers within it, each once, in a fixed order.

    Keras' layers have `_flatten_layers()`, which also looks into layers that are not models. The
    order decides the names of seeds in saved files.
    """
    return layer._flatten_layers()


def last_operation(tensor: keras.KerasTensor) -> Any:
    """What made the output of a functional model: a layer or an operation.

    Layers that only move numbers are passed by, and models are looked into. Keras keeps the
    operation that made a symbolic tensor in `_keras_history`, and its inputs in `arguments` of its
    inbound nodes.
    """
    operation, node_index, tensor_index = tensor._keras_history
    if isinstance(operation, keras.Model) and operation.inputs:
        return last_operation(keras.tree.flatten(operation.outputs)[tensor_index])
    if isinstance(operation, _MOVING):
        return last_operation(operation._inbound_nodes[node_index].input_tensors[0])
    return operation


#: layers that give the numbers that they get
_MOVING = (
    keras.layers.Reshape,
    keras.layers.Flatten,
    keras.layers.Permute,
    keras.layers.Cropping1D,
    keras.layers.Cropping2D,
    keras.layers.Cropping3D,
    keras.layers.Identity,
)


# ---- optimizers ------------------------------------------------------------------------------


def is_plain_adam(optimizer: keras.optimizers.Optimizer) -> bool:
    """Whether an optimizer is Keras' Adam, and no subclass with other steps.

    On torch, `keras.optimizers.Adam()` makes an object of another class than `Adam`.
    """
    return type(optimizer) is _adam_class()


@functools.cache
def _adam_class():
    return type(keras.optimizers.Adam())


def adam_slots(
    optimizer: keras.optimizers.Adam, variables: Sequence[keras.Variable]
) -> tuple[list[keras.Variable], list[keras.Variable]]:
    """Adam's running means of the gradients, and of their squares, of these variables.

    Keras' Adam keeps them in `_momentums` and `_velocities`, at a variable's
    `_get_variable_index`, and moves them as m <- m + (g - m) (1 - beta).
    """
    index = [optimizer._get_variable_index(v) for v in variables]
    first = [optimizer._momentums[i] for i in index]
    return first, [optimizer._velocities[i] for i in index]


# ---- noise -----------------------------------------------------------------------------------


def seed_generators(model: keras.Model) -> list[keras.random.SeedGenerator]:
    """The seed generators among the attributes of a model and its layers.

    Keras' layers keep a generator as an attribute, and its state in `generator.state`.
    """
    found = {}
    for layer in all_layers(model):
        for value in vars(layer).values():
            if isinstance(value, keras.random.SeedGenerator):
                found[id(value)] = value
    return list(found.values())


@contextlib.contextmanager
def numbered_seeds(generators: Sequence[keras.random.SeedGenerator]) -> Iterator[list]:
    """Within this, each seed generator gives seeds that tell whose and which draw they serve.

    Keras draws a seed by `generator.next(ordered)` for each random operation, as two integers whose
    sum, on torch, is the seed of a new `torch.Generator`; a step of the generator adds 1 to the
    second of its state. Keras turns a seed into a Python number, which a trace does not allow of a
    tensor. So `next` is replaced on each generator while tracing, and nothing of its state is
    touched.

    Yields:
        List of pairs of a generator and the number of its draws.
    """
    seeds = [[generator, 0] for generator in generators]
    for owner, seed in enumerate(seeds):
        seed[0].next = functools.partial(_next_number, owner, seed)
    try:
        yield seeds
    finally:
        for generator, _ in seeds:
            del generator.next


def _next_number(owner, seed, ordered=True):
    draw = seed[1]
    seed[1] += 1
    return owner * SEED_GAP, draw


def read_numbered_seed(seed: int) -> tuple[int, int]:
    """The owner and the draw of a seed that `numbered_seeds` gave out."""
    return divmod(seed, SEED_GAP)


@contextlib.contextmanager
def recorded_seeds(generators: Sequence[keras.random.SeedGenerator]) -> Iterator[list[list]]:
    """Within this, the seeds that each generator gives are written down, in a list for each.

    Keras draws each seed by `generator.next(ordered)`, of which `numbered_seeds` may be in charge.
    """
    tapes: list[list] = [[] for _ in generators]
    functions = [
        functools.partial(_record_next, generator.next, tape)
        for generator, tape in zip(generators, tapes, strict=True)
    ]
    with _replaced_next(generators, functions):
        yield tapes


@contextlib.contextmanager
def repeated_seeds(
    generators: Sequence[keras.random.SeedGenerator], tapes: Sequence[list]
) -> Iterator[None]:
    """Within this, each seed generator gives the seeds on its tape again, and does not move on."""
    functions = [functools.partial(_play_next, iter(tape)) for tape in tapes]
    with _replaced_next(generators, functions):
        yield


def _record_next(draw_next, tape, ordered=True):
    tape.append(draw_next(ordered))
    return tape[-1]


def _play_next(seeds, ordered=True):
    return next(seeds)


@contextlib.contextmanager
def _replaced_next(generators, functions):
    saved = [vars(generator).get("next") for generator in generators]
    for generator, function in zip(generators, functions, strict=True):
        generator.next = function
    try:
        yield
    finally:
        for generator, own in zip(generators, saved, strict=True):
            del generator.next
            if own is not None:
                generator.next = own
