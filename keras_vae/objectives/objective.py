"""What every objective gives."""

from typing import Any

import keras
from keras import ops

from keras_vae.deprecation import deprecate
from keras_vae.objectives.trace import Trace
from keras_vae.parts import Part

#: between the seed of a model and those of its objective: with one seed for both, a draw of the
#: posterior and one of the prior would be the same noise
_SEED_GAP = 0x2F0E1D3B


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

    def constant(self, name, value):
        """A scalar variable that no gradient moves and no mixed-precision policy rounds."""
        return self.add_weight(
            name=name,
            shape=(),
            initializer=keras.initializers.Constant(value),
            dtype="float32",
            autocast=False,
            trainable=False,
            aggregation="mean",
        )


class NoisyObjective(Objective):
    """Base of the objectives that draw: of the prior, or the order of a batch.

    Their noise follows the model's seed. As in the model, that of validation is a stream of its
    own, so that validation does not change the noise of training.
    """

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator()
        self.validation_seed = keras.random.SeedGenerator()

    def bind(self, context):
        start = [(context.shuffle_seed + _SEED_GAP) % 2**31, 0]
        for generator in (self.seed_generator, self.validation_seed):
            generator.state.assign(ops.cast(start, generator.state.dtype))

    def seed_of(self, trace):
        """The seed generator for a pass."""
        return self.seed_generator if trace.training else self.validation_seed
