"""Categorical distribution over the values of a regular grid."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import pick, standard_uniform, sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.masked_logits import masked_entropy
from keras_vae.typing import Seed, Tensor


class Categorical(NamedTuple):
    """Categorical distribution over the grid low + step * k, k = 0 ... classes - 1.

    The defaults give plain indices; `low=0.0, step=1/255` gives 256 grey levels in [0, 1].

    Args:
        logits: tensor (..., event, classes), normalised here. Events have no class axis.
        event_ndim: int, the number of trailing axes that make one event, *without* the class axis.
            Defaults to `1`.
        low: float, the value of class 0. Defaults to `0.0`.
        step: float, the distance of neighbouring values. Defaults to `1.0`.
    """

    logits: Any
    event_ndim: int = 1
    low: float = 0.0
    step: float = 1.0

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0, class_ndim=1)

    @property
    def support(self) -> Tensor:
        """The values of the grid, (classes,)."""
        return self.low + self.step * ops.arange(self.logits.shape[-1], dtype=self.logits.dtype)

    @property
    def mean(self) -> Tensor:
        """Mean in the units of the grid, (..., event)."""
        return ops.sum(ops.softmax(self.logits, axis=-1) * self.support, axis=-1)

    @property
    def variance(self) -> Tensor:
        """Variance in the squared units of the grid, (..., event)."""
        squared = ops.square(self.support - ops.expand_dims(self.mean, -1))
        return ops.sum(ops.softmax(self.logits, axis=-1) * squared, axis=-1)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of `x` in nats, (..., event) -> (...).

        Values off the grid count as the nearest value on it.
        """
        index = ops.clip(ops.round((x - self.low) / self.step), 0, self.logits.shape[-1] - 1)
        index = ops.expand_dims(ops.cast(index, "int32"), -1)
        chosen = pick(ops.log_softmax(self.logits, axis=-1), index, axis=-1)
        return sum_event(ops.squeeze(chosen, -1), self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw from the grid, (..., event), or (num_samples, ..., event); no gradient."""
        # The Gumbel-max trick: keras.random.categorical takes two axes only.
        uniform = standard_uniform(self.logits, num_samples, seed)
        index = ops.argmax(self.logits - ops.log(-ops.log(uniform)), axis=-1)
        return self.low + self.step * ops.cast(index, uniform.dtype)

    @in_float32
    def entropy(self) -> Tensor:
        """Entropy in nats, (...)."""
        return sum_event(masked_entropy(self.logits), self.event_ndim)
