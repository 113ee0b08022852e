"""Negative binomial distribution over counts: a Poisson whose mean is a gamma variable."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event, together
from keras_vae.distributions.gamma_functions import (
    HALF_LOG_2_PI,
    cumulant_excess,
    stirling_error,
)
from keras_vae.distributions.random_numbers import (
    UNIFORMS_FOR_COUNT,
    UNIFORMS_FOR_GAMMA,
    log_gamma_draw,
    poisson_draw,
    uniforms,
)
from keras_vae.typing import Seed, Tensor

#: the greatest mean of a Poisson draw; float32 tells counts apart up to 1.7e7 only
_GREATEST_LOG_MEAN = math.log(1e12)


class NegativeBinomial(NamedTuple):
    r"""Negative binomial distribution with independent elements, by its mean and dispersion.

    $$
    P(x) = \frac{\Gamma(x + r)}{\Gamma(r)\, x!}
    \left(\frac{r}{r + \mu}\right)^r \left(\frac{\mu}{r + \mu}\right)^x , \quad r = 1 / \alpha
    $$

    The variance is mu + alpha mu^2: a dispersion alpha of 0 is the Poisson distribution. What
    single-cell work calls theta, the *inverse* dispersion, is r.

    Exact in float32 for means from 1e-8 to 1e8, dispersions from 1e-6 to 1e6 and counts up to 1e6.

    Args:
        log_mean: tensor (..., event), the logarithm of the mean mu.
        log_dispersion: tensor (..., event), the logarithm of the dispersion alpha.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.NegativeBinomial(keras.ops.zeros((2,)), keras.ops.zeros((2,)))
    >>> round(float(p.log_prob(keras.ops.zeros((2,)))), 4)  # twice log 1/2
    -1.3863
    """

    log_mean: Any
    log_dispersion: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        log_mean, _ = together(self.log_mean, self.log_dispersion)
        return ops.exp(log_mean)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return ops.exp(self.log_mean) * (1.0 + ops.exp(self.log_mean + self.log_dispersion))

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of counts in nats, (..., event) -> (...)."""
        r = ops.exp(-self.log_dispersion)
        none = -r * ops.softplus(self.log_mean + self.log_dispersion)
        count = ops.where(x > 0, x, 1.0)
        whole = count + r
        deviance = whole * cumulant_excess(count / whole, r / whole, self.log_mean - ops.log(count))
        log_share = -ops.log1p(count * ops.exp(self.log_dispersion))  # of r in x + r
        scale = 0.5 * (log_share - ops.log(count)) - HALF_LOG_2_PI
        errors = stirling_error(whole) - stirling_error(r) - stirling_error(count)
        some = scale + errors - deviance
        return sum_event(ops.where(x > 0, some, none), self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of counts, (..., event), or (num_samples, ..., event); no gradient."""
        log_mean, log_dispersion = together(self.log_mean, self.log_dispersion)
        u = uniforms(log_mean, UNIFORMS_FOR_GAMMA + UNIFORMS_FOR_COUNT, num_samples, seed)
        factor = log_gamma_draw(u[:UNIFORMS_FOR_GAMMA], ops.exp(-log_dispersion))
        rate = ops.minimum(log_mean + log_dispersion + factor, _GREATEST_LOG_MEAN)
        return poisson_draw(u[UNIFORMS_FOR_GAMMA:], rate)
