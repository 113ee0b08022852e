"""Bernoulli distribution over binary events, from logits."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.backend import softplus
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor

# float32's epsilon: the least distance from one that float32 has on both sides of it, so
# that probabilities of exactly 0 and 1 give logits of -15.9 and +15.9 instead of infinities.
_PROBABILITY_EDGE = 2.0**-23


class Bernoulli(NamedTuple):
    """Bernoulli distribution, P(x=1) = sigmoid(logits).

    `log_prob` takes any `x` in [0, 1], as most VAE papers do with grey pixels: it is then minus the
    cross-entropy and not a normalised density over [0, 1]. `ContinuousBernoulli` is.

    Args:
        logits: tensor (..., event).
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    logits: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @classmethod
    def from_probs(cls, probs: Tensor, event_ndim: int = 1) -> "Bernoulli":
        """The distribution with P(x=1) = `probs`, for a decoder that ends in a sigmoid.

        Args:
            probs: tensor (..., event) in [0, 1]; kept 1.2e-7 away from both ends, where the
                gradient is zero.
            event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
        """
        probs = ops.clip(probs, _PROBABILITY_EDGE, 1.0 - _PROBABILITY_EDGE)
        return cls(ops.log(probs) - ops.log1p(-probs), event_ndim)

    @property
    def mean(self) -> Tensor:
        """P(x=1), (..., event)."""
        return ops.sigmoid(self.logits)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return ops.sigmoid(self.logits) * ops.sigmoid(-self.logits)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of `x` in nats, (..., event) -> (...)."""
        return sum_event(x * self.logits - softplus(self.logits), self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of zeros and ones, (..., event), or (num_samples, ..., event); no gradient."""
        uniform = standard_uniform(self.logits, num_samples, seed)
        return ops.cast(uniform < self.mean, uniform.dtype)

    @in_float32
    def entropy(self) -> Tensor:
        """Entropy in nats, (...)."""
        # Minus the log-probability of each value, weighted: no difference of large numbers.
        one = self.mean * ops.softplus(-self.logits)
        zero = ops.sigmoid(-self.logits) * ops.softplus(self.logits)
        return sum_event(one + zero, self.event_ndim)
