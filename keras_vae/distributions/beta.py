"""Beta distribution over (0, 1), by its mean and precision (Ferrari and Cribari-Neto, 2004)."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event, together
from keras_vae.distributions.gamma_functions import (
    HALF_LOG_2_PI,
    cumulant_excess,
    stirling_error,
)
from keras_vae.distributions.random_numbers import UNIFORMS_FOR_GAMMA, log_gamma_draw, uniforms
from keras_vae.typing import Seed, Tensor

# Draws stay this far inside (0, 1), where the density is finite: float32's spacing below one.
_EDGE = 2.0**-24
_LEAST = 1e-37


class Beta(NamedTuple):
    r"""Beta distribution with independent elements.

    $$
    p(x) = \frac{x^{a-1} (1 - x)^{b-1}}{B(a, b)} , \quad a = \mu \phi , \; b = (1 - \mu) \phi
    $$

    The variance is mu (1 - mu) / (1 + phi). Exact in float32 for precisions from 1e-4 to 1e6.

    Args:
        logits: tensor (..., event), the logits of the mean mu.
        log_precision: tensor (..., event), the logarithm of phi = a + b.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> log_precision = keras.ops.log(keras.ops.array([2.0]))  # a = b = 1, the uniform one
    >>> p = keras_vae.distributions.Beta(keras.ops.zeros((1,)), log_precision)
    >>> abs(float(p.log_prob(keras.ops.array([0.3])))) < 1e-6
    True

    Reference:
        - [Ferrari and Cribari-Neto, 2004](https://doi.org/10.1080/0266476042000214501)
    """

    logits: Any
    log_precision: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.INTERVAL, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        logits, _ = together(self.logits, self.log_precision)
        return ops.sigmoid(logits)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        share = ops.sigmoid(self.logits) * ops.sigmoid(-self.logits)
        return share * ops.sigmoid(-self.log_precision)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of numbers in (0, 1) in nats, (..., event) -> (...)."""
        precision = ops.exp(self.log_precision)
        log_mean, log_rest = ops.log_sigmoid(self.logits), ops.log_sigmoid(-self.logits)
        mean, rest = ops.exp(log_mean), ops.exp(log_rest)
        log_x, log_1_x = ops.log(x), ops.log1p(-x)
        # The precision times KL(mean || x) of two coins.
        deviance = precision * cumulant_excess(mean, rest, log_x - log_1_x - self.logits)
        scale = 0.5 * (self.log_precision + log_mean + log_rest) - HALF_LOG_2_PI
        errors = stirling_error(precision)
        errors = errors - stirling_error(precision * mean) - stirling_error(precision * rest)
        return sum_event(scale + errors - deviance - log_x - log_1_x, self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw in (0, 1), (..., event), or (num_samples, ..., event); no gradient."""
        logits, log_precision = together(self.logits, self.log_precision)
        u = uniforms(logits, 2 * UNIFORMS_FOR_GAMMA, num_samples, seed)
        first = log_gamma_draw(
            u[:UNIFORMS_FOR_GAMMA], ops.exp(log_precision + ops.log_sigmoid(logits))
        )
        second = log_gamma_draw(
            u[UNIFORMS_FOR_GAMMA:], ops.exp(log_precision + ops.log_sigmoid(-logits))
        )
        return ops.clip(ops.sigmoid(first - second), _LEAST, 1.0 - _EDGE)
