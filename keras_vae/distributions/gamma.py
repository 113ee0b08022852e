"""Gamma distribution over positive numbers, by its mean and shape."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event, together
from keras_vae.distributions.gamma_functions import HALF_LOG_2_PI, exp_excess, stirling_error
from keras_vae.distributions.random_numbers import UNIFORMS_FOR_GAMMA, log_gamma_draw, uniforms
from keras_vae.typing import Seed, Tensor

#: the least draw: smaller ones would be zero in float32, where the density is 0 or infinite
_LEAST = 1e-37


class Gamma(NamedTuple):
    r"""Gamma distribution with independent elements.

    $$
    p(x) = \frac{(k / \mu)^k}{\Gamma(k)}\, x^{k-1} e^{-k x / \mu}
    $$

    The variance is mu^2 / k, so 1 / sqrt(k) is the relative deviation. Exact in float32 for means
    from 1e-8 to 1e8 and shapes from 1e-4 to 1e6.

    Args:
        log_mean: tensor (..., event), the logarithm of the mean mu.
        log_concentration: tensor (..., event), the logarithm of the shape k.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.Gamma(keras.ops.zeros((1,)), keras.ops.zeros((1,)))
    >>> round(float(p.log_prob(keras.ops.array([2.0]))), 4)  # the exponential distribution
    -2.0
    """

    log_mean: Any
    log_concentration: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.POSITIVE, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        log_mean, _ = together(self.log_mean, self.log_concentration)
        return ops.exp(log_mean)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return ops.exp(2.0 * self.log_mean - self.log_concentration)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of positive numbers in nats, (..., event) -> (...)."""
        k, log_x = ops.exp(self.log_concentration), ops.log(x)
        deviance = k * exp_excess(log_x - self.log_mean)
        scale = 0.5 * self.log_concentration - HALF_LOG_2_PI - stirling_error(k)
        return sum_event(scale - log_x - deviance, self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of positive numbers, (..., event), or (num_samples, ..., event); no gradient."""
        log_mean, log_k = together(self.log_mean, self.log_concentration)
        u = uniforms(log_mean, UNIFORMS_FOR_GAMMA, num_samples, seed)
        log_x = log_mean - log_k + log_gamma_draw(u, ops.exp(log_k))
        return at_least(ops.exp(ops.stop_gradient(log_x)), _LEAST)
