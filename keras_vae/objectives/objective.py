"""What every objective gives."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
from keras import ops

from keras_vae.context import Context
from keras_vae.deprecation import deprecate
from keras_vae.objectives.trace import Trace
from keras_vae.parts import Part

#: between the seed of a model and those of its objective: with one seed for both, a draw of the
#: posterior and one of the prior would be the same noise
_SEED_GAP = 0x2F0E1D3B


class Player(NamedTuple):
    """A player that learns with an optimizer of its own.

    Args:
        variables: list of its `keras.Variable`s.
        default_optimizer: function that makes the optimizer which `compile` takes for it unless
            told otherwise.
    """

    variables: Sequence[keras.Variable]
    default_optimizer: Callable[[], keras.optimizers.Optimizer]


class Objective(Part):
    """Base of the objectives: `objective(trace=trace)` gives a loss and its terms by name.

    A subclass defines `call(trace)`, which returns the loss, a scalar tensor that is minimised, and
    a dict of its terms, scalar tensors that history shows unweighted, lower is better. The names
    of the terms are those in `term_names`.
    """

    #: the names of the terms
    term_names: tuple[str, ...] = ()
    #: latents drawn for each example; None for one draw without a samples axis
    num_samples: int | None = None
    #: the names of the variables that files number, in the order there; later ones have names
    numbered_variables: tuple[str, ...] = ()
    #: see `Part`; None for objectives whose terms are means over examples, taken by `trace.mean`
    needs_equal_weights: str | None = "its `call` does not say that it averages by `trace.mean`"
    #: whether it asks for `Trace.decode_again`
    decodes_again = False
    #: whether the loss holds the posterior's and the prior's log-densities at single draws
    scores_draws = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.built = True

    @property
    def num_draws(self) -> int | None:
        """All latents drawn for each example; None for one draw without a samples axis."""
        return self.num_samples

    def call(self, trace: Trace) -> tuple[Any, dict[str, Any]]:
        raise NotImplementedError

    def score_mask(self, x: Any, mask: Any) -> Any:
        """log p(mask|x) in nats, (..., batch), of objectives that model which values are missing.

        None of the others, which take them as missing at random.

        Args:
            x: tensor (..., batch, event), all of it known.
            mask: tensor (batch, event), 1 where x is observed.
        """
        return None

    def inject(self, loss: Any, terms: Any) -> tuple[Any, dict[str, Any]]:
        """Deprecated: return `loss, {name: value}` from `call`."""
        deprecate("Objective.inject(loss, terms)", "`return loss, {name: value}` in `call`")
        return loss, dict(zip(self.term_names, terms, strict=True))

    def check_terms(self, terms: dict[str, Any]) -> dict[str, Any]:
        """The terms, if their names are those in `term_names`.

        Raises:
            ValueError: if a term is missing or unknown.
        """
        if set(terms) != set(self.term_names):
            raise ValueError(
                f"{type(self).__name__}.call must return the terms {sorted(self.term_names)}. "
                f"Received: {sorted(terms)}"
            )
        return terms

    def moving_weight(self, name: str, value: float) -> keras.Variable:
        """A scalar variable that no gradient moves and no dtype policy rounds.

        `keras_vae.callbacks.Schedule(name, ...)` moves it while training. It is saved with the
        model's weights; a file that is older than the variable leaves it at `value`.

        Args:
            name: str, by which schedules and files find it.
            value: float, its value until it is moved or loaded.
        """
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            autocast=False,
            trainable=False,
            aggregation="mean",
        )

    def players(self) -> dict[str, Player]:
        """The players with an optimizer of their own, by name; none by default.

        `compile` takes an argument `<name>_optimizer` for each.
        """
        return {}

    def save_own_variables(self, store: Any) -> None:
        """Keras' hook: each variable under its name, so that later versions may add some.

        Those of `numbered_variables` keep their numbers, as in all earlier files.
        """
        numbers = {name: str(i) for i, name in enumerate(self.numbered_variables)}
        for variable in self._own_variables():
            store[numbers.get(variable.name, variable.name)] = variable

    def load_own_variables(self, store: Any) -> None:
        """Keras' hook: variables by their names; those that the file does not have stay.

        Numbers in a file count `numbered_variables`, or all variables in the order in which they
        were made.

        Raises:
            ValueError: if the file has a variable that this objective does not have.
        """
        variables = {v.name: v for v in self._own_variables()}
        numbered = self.numbered_variables or tuple(variables)
        names = {str(i): name for i, name in enumerate(numbered)}
        for key in store.keys():
            name = names.get(key, key)
            if name not in variables:
                raise ValueError(
                    f"The file has a variable {key!r} that objectives.{type(self).__name__} does "
                    f"not have. Expected: {list(variables)}"
                )
            variables[name].assign(store[key])

    def _own_variables(self):
        """The variables of this layer alone; those of layers within are saved on their own."""
        numbered = {}
        super().save_own_variables(numbered)
        return list(numbered.values())


class NoisyObjective(Objective):
    """Base of the objectives that draw: of the prior, or the order of a batch.

    Their noise follows the model's seed. As in the model, that of validation is a stream of its
    own, so that validation does not change the noise of training.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()
        self.validation_seed = keras.random.SeedGenerator()

    def bind(self, context: Context) -> None:
        start = [(context.shuffle_seed + _SEED_GAP) % 2**31, 0]
        for generator in (self.seed_generator, self.validation_seed):
            generator.state.assign(ops.cast(start, generator.state.dtype))

    def seed_of(self, trace: Any) -> Any:
        """The seed generator for a pass."""
        return self.seed_generator if trace.training else self.validation_seed
