"""Student's t distribution: a likelihood with heavy tails."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import at_least, at_most
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor


class StudentT(NamedTuple):
    """Student's t distribution with independent elements, a location and a scale.

    Args:
        mean: tensor (..., event), the location: the mean where `df > 1`, and always the median.
        log_scale: tensor (..., event), the logarithm of the scale; the variance is scale^2 times
            df / (df - 2) for `df > 2`, and infinite or undefined otherwise.
        df: float > 0, degrees of freedom.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    mean: Any
    log_scale: Any
    df: float
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.REAL, element_ndim=0)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event); infinite for `df <= 2`."""
        _, log_scale = together(self.mean, self.log_scale)
        factor = self.df / (self.df - 2.0) if self.df > 2 else math.inf
        return factor * ops.exp(2.0 * log_scale)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        half = 0.5 * (self.df + 1.0)
        normalizer = math.lgamma(half) - math.lgamma(0.5 * self.df)
        normalizer -= 0.5 * math.log(self.df * math.pi)
        # log1p(d^2 / df) as a softplus: the square of a far point would overflow.
        distance = ops.abs(x - self.mean)
        log_square = 2.0 * (ops.log(at_least(distance, _LEAST)) - self.log_scale)
        tail = half * ops.softplus(log_square - math.log(self.df))
        return sum_event(normalizer - self.log_scale - tail, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        mean, log_scale = together(self.mean, self.log_scale)
        # Bailey (1994): the polar method of normals with another radius, exact for any df.
        seed = seed_stream(seed)
        log_u = ops.log(standard_uniform(mean, num_samples, seed))
        angle = 2.0 * math.pi * standard_uniform(mean, num_samples, seed)
        # The root of df (u^(-2 / df) - 1), computed in pieces: with few degrees of freedom the
        # square overflows long before the root does.
        half = -log_u / self.df
        root = ops.sqrt(-self.df * ops.expm1(-2.0 * half))
        radius = root * ops.exp(at_most(half, _LARGEST))
        return mean + ops.exp(log_scale) * radius * ops.cos(angle)

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_scale = together(self.mean, self.log_scale)
        half, half_df = 0.5 * (self.df + 1.0), 0.5 * self.df
        log_beta = math.lgamma(half_df) + math.lgamma(0.5) - math.lgamma(half)
        standard = half * (_digamma(half) - _digamma(half_df)) + 0.5 * math.log(self.df) + log_beta
        return sum_event(standard + log_scale, self.event_ndim)


def _digamma(x):
    """Derivative of the logarithm of the gamma function, of a float."""
    below = 0.0
    while x < 10:  # the series is for large arguments
        below -= 1.0 / x
        x += 1.0
    square = 1.0 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square / 240)))
    return below + math.log(x) - 0.5 / x - series


# At the centre log(0) would be minus infinity, and its slope NaN. The log-density is the same
# with a small number in place of 0.
_LEAST = 1e-30
#: logarithm of the largest radius of a draw; float32 ends at 88
_LARGEST = 80.0
