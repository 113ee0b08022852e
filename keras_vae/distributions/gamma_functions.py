"""The logarithm of the gamma function and its relatives in float32, on every backend.

Densities with gamma functions are differences of numbers that may be a million times larger than
the result. Here each is split by Stirling's formula,

    log Gamma(z) = (z - 1/2) log z - z + log(2 pi) / 2 + e(z),

so that the large terms cancel on paper (Loader, 2000, "Fast and accurate computation of binomial
probabilities") and the error e(z), which is small, is what remains. All of it is elementary
arithmetic, so each backend differentiates it as often as it likes, in the same digits.
"""

import math

from keras import ops

from keras_vae.typing import Tensor

HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)

# Stieltjes' continued fraction of e(z), a0 / (z + a1 / (z + ...)): from z = 3 on these terms are
# good to 1e-9, and to 1e-7 in the second derivative.
_FRACTION = (1 / 12, 1 / 30, 53 / 210, 195 / 371, 22999 / 22737, 29944523 / 19733142)
_FROM = 3


def stirling_error(z: Tensor) -> Tensor:
    """e(z) of Stirling's formula for z > 0, elementwise; 1 / (12 z) as z goes to infinity.

    Args:
        z: tensor (...) of positive numbers.
    """
    near = z < _FROM
    far = ops.where(near, z + _FROM, z)
    tail = far
    for coefficient in _FRACTION[:0:-1]:
        tail = far + coefficient / tail
    # e(z) - e(z + 1) = (z + 1/2) log(1 + 1/z) - 1, as often as it takes.
    small = ops.where(near, z, 1.0)
    steps = sum(
        (small + k + 0.5) * ops.log1p(1.0 / (small + k)) - 1.0 for k in reversed(range(_FROM))
    )
    return _FRACTION[0] / tail + ops.where(near, steps, 0.0)


def log_gamma(z: Tensor) -> Tensor:
    """log Gamma(z) for z > 0, elementwise.

    Args:
        z: tensor (...) of positive numbers.
    """
    return (z - 0.5) * ops.log(z) - z + HALF_LOG_2_PI + stirling_error(z)


def exp_excess(t: Tensor) -> Tensor:
    """exp(t) - 1 - t, elementwise, never negative."""
    return _expm1(t) - t


def cumulant_excess(weight: Tensor, rest: Tensor, t: Tensor) -> Tensor:
    """log(1 - w + w exp(t)) - w t, elementwise, never negative: a coin's cumulants beyond its mean.

    Args:
        weight: tensor (...), w in [0, 1].
        rest: tensor (...), 1 - w, in the digits that the difference would lose.
        t: tensor (...).
    """
    # Of the two forms the one whose argument of log1p stays away from -1.
    light = weight < rest
    share, slope = ops.where(light, weight, rest), ops.where(light, t, -t)
    return ops.log1p(share * _expm1(slope)) - share * slope


def _expm1(t):
    """`ops.expm1`, whose derivative some backends take from its value: far below 0 that is lost."""
    near = ops.abs(t) < 1.0
    return ops.where(near, ops.expm1(ops.where(near, t, 0.0)), ops.exp(t) - 1.0)


def log_factorial_share(x: Tensor, log_mean: Tensor) -> Tensor:
    """log(mean^x exp(-mean) / x!), the Poisson's log-probability of x >= 0, elementwise.

    Args:
        x: tensor (...) of counts.
        log_mean: tensor (...).
    """
    count = ops.where(x > 0, x, 1.0)
    t = log_mean - ops.log(count)
    some = -count * exp_excess(t) - 0.5 * ops.log(count) - HALF_LOG_2_PI - stirling_error(count)
    return ops.where(x > 0, some, -ops.exp(log_mean))
