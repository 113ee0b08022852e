"""Poisson distribution over counts."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.gamma_functions import log_factorial_share
from keras_vae.distributions.random_numbers import UNIFORMS_FOR_COUNT, poisson_draw, uniforms
from keras_vae.typing import Seed, Tensor


class Poisson(NamedTuple):
    r"""Poisson distribution with independent elements.

    $$
    P(x_i) = \lambda_i^{x_i}\, e^{-\lambda_i} / x_i!
    $$

    Exact in float32 for means from 1e-8 to 1e8 and counts up to 1e6: the large terms of the
    textbook's form are cancelled on paper (Loader, 2000).

    Args:
        log_mean: tensor (..., event), the logarithm of the mean lambda.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.Poisson(keras.ops.log(keras.ops.array([3.0])))
    >>> round(float(p.log_prob(keras.ops.array([2.0]))), 4)
    -1.4959
    """

    log_mean: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        return ops.exp(self.log_mean)

    @property
    def variance(self) -> Tensor:
        """Variance, which is the mean, (..., event)."""
        return ops.exp(self.log_mean)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of counts in nats, (..., event) -> (...)."""
        return sum_event(log_factorial_share(x, self.log_mean), self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of counts, (..., event), or (num_samples, ..., event); no gradient."""
        u = uniforms(self.log_mean, UNIFORMS_FOR_COUNT, num_samples, seed)
        return poisson_draw(u, self.log_mean)
