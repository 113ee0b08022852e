"""Draws of gamma, Poisson and binomial variables from uniform noise, the same on every backend.

`keras.random` has no Poisson, and what the backends have differs: one loses the acceptance test to
rounding at means of a million, another does not compile. Here each draw is a function of a fixed
number of uniform variables: so many proposals of a rejection method that the chance that all are
rejected is below 1e-8, or the inverse of the distribution function where the mean is small. Draws
have no gradient.
"""

import math

from keras import ops

from keras_vae import backend
from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.events import draw_shape
from keras_vae.distributions.gamma_functions import (
    HALF_LOG_2_PI,
    exp_excess,
    log_factorial_share,
    stirling_error,
)
from keras_vae.typing import Seed, Tensor

_NUM_PROPOSALS = 12
#: uniform variables for a draw, in the order of the functions below
UNIFORMS_FOR_GAMMA = 2 * _NUM_PROPOSALS + 1
UNIFORMS_FOR_COUNT = 2 * _NUM_PROPOSALS + 2
#: below this mean counts come from a table of masses: at a mean of 10 what lies beyond it is 1e-10
_SMALL_MEAN = 10.0
_TABLE = 37
#: keeps the ends out of (0, 1); see `events`
_EDGE = 2.0**-24


def uniforms(parameter: Tensor, count: int, num_samples: int | None, seed: Seed) -> list:
    """`count` uniform tensors in (0, 1), each of the shape of a draw.

    Args:
        parameter: tensor of the shape of one draw.
        count: int.
        num_samples: int or None, of draws on a new leading axis.
        seed: int or `keras.random.SeedGenerator`.
    """
    shape = (count, *draw_shape(parameter, num_samples))
    noise = backend.uniform(shape, _EDGE, 1.0 - _EDGE, dtype=parameter.dtype, seed=seed)
    return [noise[i] for i in range(count)]


def log_gamma_draw(u: list, concentration: Tensor) -> Tensor:
    """Logarithm of a gamma variable of scale one (Marsaglia and Tsang, 2000).

    In logarithms, because at small concentrations most variables are too small for float32.

    Args:
        u: list of `UNIFORMS_FOR_GAMMA` uniform tensors, (...) or (samples, ...).
        concentration: tensor (...) > 0.
    """
    # Gamma(a) = Gamma(a + 1) U^(1/a), where the method for a + 1 rejects one in twenty at most.
    d = concentration + 2.0 / 3.0
    c = 1.0 / (3.0 * ops.sqrt(d))
    log_cube = ops.zeros_like(u[0])
    for first, second in _pairs(u[1:]):
        normal = math.sqrt(2.0) * ops.erfinv(2.0 * first - 1.0)
        y = c * normal
        log_v = 3.0 * ops.log1p(at_least(y, -0.999999))
        # d (1 - v + log v) with v = (1 + y)^3, in the terms that remain.
        bound = 0.5 * ops.square(normal) + d * (log_v - y * (3.0 + y * (3.0 + y)))
        accepted = ops.logical_and(y > -1.0, ops.log(second) < bound)
        log_cube = ops.where(accepted, log_v, log_cube)
    return ops.stop_gradient(ops.log(d) + log_cube + ops.log(u[0]) / concentration)


def poisson_draw(u: list, log_mean: Tensor) -> Tensor:
    """Poisson counts, exact for means from 0 to 1e8 up to the spacing of float32.

    Args:
        u: list of `UNIFORMS_FOR_COUNT` uniform tensors, (...) or (samples, ...).
        log_mean: tensor, which broadcasts to the uniform ones.
    """
    mean = ops.exp(log_mean)
    few = _from_table(
        u[:2],
        log_factorial_share(
            ops.arange(_TABLE, dtype=log_mean.dtype),
            ops.expand_dims(ops.minimum(log_mean, math.log(_SMALL_MEAN)), -1),
        ),
    )
    large = ops.maximum(mean, _SMALL_MEAN)
    log_large = ops.maximum(log_mean, math.log(_SMALL_MEAN))
    # Transformed rejection PTRS (Hoermann, 1993).
    b = 0.931 + 2.53 * ops.sqrt(large)
    a = -0.059 + 0.02483 * b
    many = _transformed_rejection(
        u[2:],
        a=a,
        b=b,
        centre=large + 0.43,
        quick=0.9277 - 3.6224 / (b - 2.0),
        log_height=ops.log(1.1239 + 1.1328 / (b - 3.4)),
        log_ratio=lambda k: log_factorial_share(k, log_large),
        greatest=math.inf,
    )
    return ops.stop_gradient(ops.where(mean < _SMALL_MEAN, few, many))


def binomial_draw(u: list, total: Tensor, logits: Tensor) -> Tensor:
    """Binomial counts: how many of `total` trials with P = sigmoid(logits) succeed.

    Args:
        u: list of `UNIFORMS_FOR_COUNT` uniform tensors, (...) or (samples, ...).
        total: tensor of whole numbers, which broadcasts to the uniform ones.
        logits: tensor, as `total`.
    """
    flipped, rare = logits > 0, -ops.abs(logits)
    log_p, log_q = ops.log_sigmoid(rare), ops.log_sigmoid(-rare)
    mean = total * ops.exp(log_p)

    def log_mass(k: Tensor, n: Tensor) -> Tensor:
        return _binomial_log_mass(k, n, log_p, log_q)

    # Beyond its own range a table's masses would not fit.
    little = ops.minimum(total, _SMALL_MEAN / ops.exp(log_p))
    few = _from_table(
        u[:2],
        _binomial_log_mass(
            ops.arange(_TABLE, dtype=rare.dtype),
            *(ops.expand_dims(t, -1) for t in (ops.floor(little), log_p, log_q)),
        ),
    )
    # Transformed rejection BTRS (Hoermann, 1993).
    n = ops.maximum(total, _SMALL_MEAN / ops.exp(log_p))
    p = ops.exp(log_p)
    spread = ops.sqrt(n * p * ops.exp(log_q))
    b = 1.15 + 2.53 * spread
    a = -0.0873 + 0.0248 * b + 0.01 * p
    mode = ops.floor((n + 1.0) * p)
    at_mode = log_mass(mode, n)
    many = _transformed_rejection(
        u[2:],
        a=a,
        b=b,
        centre=n * p + 0.5,
        quick=0.92 - 4.2 / b,
        log_height=ops.log((2.83 + 5.1 / b) * spread),
        log_ratio=lambda k: log_mass(k, n) - at_mode,
        greatest=n,
    )
    count = ops.where(mean < _SMALL_MEAN, few, many)
    return ops.stop_gradient(ops.where(flipped, total - count, count))


def _binomial_log_mass(k, n, log_p, log_q):
    """Log-probability of k of n trials, without the cancellation of factorials."""
    inside = ops.logical_and(k > 0, k < n)
    some, others = ops.where(inside, k, 1.0), ops.where(inside, n - k, 1.0)
    every = some + others
    log_n = ops.log(every)
    deviance = some * exp_excess(log_n + log_p - ops.log(some))
    deviance = deviance + others * exp_excess(log_n + log_q - ops.log(others))
    scale = 0.5 * (log_n - ops.log(some) - ops.log(others)) - HALF_LOG_2_PI
    errors = stirling_error(every) - stirling_error(some) - stirling_error(others)
    ends = ops.where(k > n, -math.inf, ops.where(k > 0, n * log_p, n * log_q))
    return ops.where(inside, scale + errors - deviance, ends)


def _pairs(u):
    return zip(u[::2], u[1::2], strict=True)


def _from_table(u, log_masses):
    """The count whose tail holds a uniform variable, from masses of 0, 1, ... (..., counts)."""
    # The tails are sums of positive numbers from the far end, so they keep their digits; and the
    # uniform variable has twelve more bits near zero, for tails of less than 1e-7.
    tails = ops.flip(ops.cumsum(ops.flip(ops.exp(log_masses), -1), axis=-1), -1)[..., 1:]
    fine = (ops.floor(4096.0 * u[0]) + u[1]) / 4096.0
    return ops.sum(ops.cast(ops.expand_dims(fine, -1) < tails, fine.dtype), axis=-1)


def _transformed_rejection(u, a, b, centre, quick, log_height, log_ratio, greatest):
    """The first accepted of the proposals, in Hoermann's names; the centre where there is none.

    `log_ratio(k)` is the logarithm of the mass of k over that of the mode, up to what `log_height`
    takes in.
    """
    value = ops.floor(centre) + ops.zeros_like(u[0])
    for place, height in _pairs(u):
        place = place - 0.5
        edge = ops.maximum(0.5 - ops.abs(place), _EDGE)
        k = ops.floor((2.0 * a / edge + b) * place + centre)
        possible = ops.logical_and(k >= 0, k <= greatest)
        log_density = log_ratio(ops.where(possible, k, ops.floor(centre)))
        bound = log_density - log_height + ops.log(a / ops.square(edge) + b)
        slow = ops.logical_and(possible, ops.log(height) <= bound)
        fast = ops.logical_and(edge >= 0.07, height <= quick)
        value = ops.where(ops.logical_or(slow, fast), k, value)
    return value
