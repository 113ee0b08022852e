"""Power spherical distribution (De Cao and Aziz, 2020), arxiv.org/abs/2006.04437."""

import functools
import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import at_least, at_most
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.quantiles import beta_reach, quantile
from keras_vae.distributions.seeds import seed_stream
from keras_vae.distributions.sphere import (
    dot,
    log_area,
    tangents,
    turn_to,
    variance_around,
)
from keras_vae.typing import Seed, Tensor

#: the cosine -1 has no density; its logarithm stays finite with this for (1 + cosine) / 2
_TINY = 1e-30
#: from this argument on Stirling's series with three terms is good for float32
_LARGE = 8
#: concentration over (dimension - 1) / 2 below which the KL is a power series
_SMALL = 0.02


class PowerSpherical(NamedTuple):
    r"""Power spherical distribution on the unit sphere, density ~ (1 + cosine)^concentration.

    $$
    p(x) \propto (1 + \mu^\top x)^\kappa
    $$

    Close to the von Mises-Fisher of the same concentration where that is large, with elementary
    functions alone. Densities are with respect to the sphere's area.

    Args:
        mean_direction: tensor (..., dimension) of unit vectors.
        concentration: tensor (..., 1), >= 0; 0 is the uniform distribution.
        event_ndim: int, always 1. Defaults to `1`.

    References:
        - [De Cao and Aziz, 2020](https://arxiv.org/abs/2006.04437)
        - [Figurnov et al., 2018](https://arxiv.org/abs/1805.08498), the gradient of draws
    """

    mean_direction: Any
    concentration: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.SPHERE)

    @property
    def dimension(self) -> int:
        """Of the space around the sphere, an int."""
        return self.mean_direction.shape[-1]

    @property
    def mean(self) -> Tensor:
        """The mean on the sphere, (..., dimension): `mean_direction`."""
        return together(self.mean_direction, self.concentration)[0]

    @property
    def expectation(self) -> Tensor:
        """The mean in the space around the sphere, (..., dimension), a point inside the ball."""
        x = self.concentration
        return self.mean_direction * x / (x + self.dimension - 1)

    @property
    def variance(self) -> Tensor:
        """Variance around `expectation` of each number, (..., dimension)."""
        # (1 + cosine) / 2 follows the beta distribution of b + x and b.
        n, x = self.dimension - 1, self.concentration
        along = 4 * (0.5 * n + x) * 0.5 * n / (ops.square(n + x) * (n + x + 1))
        across = (1 - ops.square(x / (n + x)) - along) / n
        return variance_around(self.mean_direction, across, along)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of unit vectors in nats, (..., dimension) -> (...)."""
        below, above = x - self.mean_direction, x + self.mean_direction
        # Both are log((1 + cosine) / 2), each with no cancellation on its half of the sphere.
        near = ops.log1p(-0.25 * at_most(dot(below, below), 2.0))
        far = ops.log(at_least(0.25 * dot(above, above), _TINY))
        log_power = self.concentration * ops.where(dot(below, below) < 2.0, near, far)
        normaliser = _log_mean_power(self.concentration, self.dimension)
        return ops.squeeze(log_power - normaliser, -1) - log_area(self.dimension)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., dimension), or (num_samples, ..., dimension).

        (1 + cosine) / 2 follows a beta distribution and comes from its quantile function; the
        gradient is that of the implicit function, exact up to rounding.
        """
        direction, _ = together(self.mean_direction, self.concentration)
        concentration = together(self.concentration, direction[..., :1])[0]
        seed = seed_stream(seed)
        u = standard_uniform(concentration, num_samples, seed)
        b = 0.5 * (self.dimension - 1)
        a = b + concentration
        mode = ops.log(a / b)  # in logits, where one grid around it serves all concentrations

        def log_density(y: Tensor) -> Tensor:
            return a * ops.log_sigmoid(y + mode) + b * ops.log_sigmoid(-y - mode)

        y = quantile(log_density, beta_reach(b), u)
        tangent = tangents(direction, num_samples, seed)
        return turn_to(direction, 2 * ops.sigmoid(-y - mode), tangent)

    def kl_to_uniform(self) -> Tensor:
        """KL to the uniform distribution of the sphere in nats, (...)."""
        x, dimension = self.concentration, self.dimension
        # Near the uniform distribution both terms are of x, and their difference of its square.
        radius = _SMALL * 0.5 * (dimension - 1)
        is_small = x < radius
        small = _small_kl(ops.where(is_small, x, ops.zeros_like(x)), dimension)
        large = ops.where(is_small, ops.full_like(x, radius), x)
        kl = large * _log_mean_power_slope(large, dimension) - _log_mean_power(large, dimension)
        return ops.squeeze(ops.where(is_small, small, kl), -1)

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        return log_area(self.dimension) - self.kl_to_uniform()


def _log_mean_power(x, dimension):
    """log of the mean of ((1 + cosine) / 2)^x over the sphere, 0 at x = 0.

    log of Gamma(b + x) Gamma(2 b) / (Gamma(2 b + x) Gamma(b)), with b = (dimension - 1) / 2, in
    differences that neither cancel at small x nor at large.
    """
    b = 0.5 * (dimension - 1)
    steps = max(0, round(_LARGE - b))
    low, high = b + steps, 2 * b + steps
    # log Gamma(low + x) - log Gamma(low), less the same of high, by Stirling ...
    value = (
        (low - 0.5) * ops.log1p(x / low)
        - (high - 0.5) * ops.log1p(x / high)
        - x * (ops.log1p(b / (low + x)))
        + _stirling(low + x)
        - _stirling(low)
        - _stirling(high + x)
        + _stirling(high)
    )
    # ... and from there down by Gamma(y + 1) = y Gamma(y).
    for i in range(steps):
        value = value - ops.log1p(x / (b + i)) + ops.log1p(x / (2 * b + i))
    return value


def _log_mean_power_slope(x, dimension):
    """The derivative of `_log_mean_power` by x: digamma(b + x) - digamma(2 b + x)."""
    b = 0.5 * (dimension - 1)
    steps = max(0, round(_LARGE - b))
    low, high = b + steps + x, 2 * b + steps + x
    value = -ops.log1p(b / low) - 0.5 * b / (low * high)
    value = value + _stirling_slope(low) - _stirling_slope(high)
    for i in range(steps):
        value = value - b / ((b + i + x) * (2 * b + i + x))
    return value


def _small_kl(x, dimension):
    """x m'(x) - m(x) by its power series at 0, where m is `_log_mean_power`: no cancellation."""
    b = 0.5 * (dimension - 1)
    # sum over n >= 2 of x^n / (n (n - 2)!) times the n-th derivative of m at 0.
    slopes = [polygamma(n - 1, b) - polygamma(n - 1, 2 * b) for n in range(2, 7)]
    total = 0.0
    for n, slope in reversed(list(enumerate(slopes, 2))):
        total = total * x + slope / (n * math.factorial(n - 2))
    return ops.square(x) * total


@functools.cache
def polygamma(order: int, x: float) -> float:
    """The derivative of digamma of this order, 1 or more, at x > 0; Python floats."""
    sign = (-1) ** (order + 1)
    total = 0.0
    while x < 20:  # the series is for large arguments
        total += math.factorial(order) / x ** (order + 1)
        x += 1.0
    total += math.factorial(order - 1) / x**order + math.factorial(order) / (2 * x ** (order + 1))
    for k, bernoulli in enumerate((1 / 6, -1 / 30, 1 / 42, -1 / 30), 1):
        factor = math.factorial(2 * k + order - 1) / math.factorial(2 * k)
        total += bernoulli * factor / x ** (2 * k + order)
    return sign * total


def _stirling(x):
    """What Stirling's series adds to (x - 1/2) log x - x + log(2 pi) / 2."""
    square = 1 / (x * x)
    return (1 / 12 - square * (1 / 360 - square / 1260)) / x


def _stirling_slope(x):
    """The derivative of `_stirling`."""
    square = 1 / (x * x)
    return -square * (1 / 12 - square * (1 / 120 - square / 252))
