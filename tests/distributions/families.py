"""The distributions under test: at the edges of their parameters, and at random ones."""

import functools
import itertools
from typing import Any, NamedTuple

import mpmath
import numpy as np
import scipy.special
import scipy.stats
from backends import to_tensor
from keras import ops

from keras_vae import distributions

EPSILON = float(np.finfo("float32").eps)
LEVELS = 256
LOGITS = (-100, -50, -9, -1.3, -0.51, -0.49, -1e-2, -1e-4, -1e-8, 0)
LOGITS += (1e-8, 1e-4, 1e-2, 0.49, 0.51, 0.99, 1.01, 3, 50, 100)


def _element_mixture(t, event_ndim=1):
    components = distributions.Logistic(ops.stack([t, t - 2], -1), ops.stack([t, -t], -1) / 4, 0)
    return distributions.Mixture(to_tensor([0.5, -0.5]), components, event_ndim)


def _event_mixture(t, event_ndim=1):
    axis = -1 - event_ndim
    means, log_vars = ops.stack([t, t + 3, -t], axis), ops.stack([t, -t, 0 * t], axis) - 1
    components = distributions.Normal(means, log_vars, event_ndim)
    return distributions.Mixture(to_tensor([0.0, 1.0, -1.0]), components, event_ndim)


# name -> function(tensor (..., event), event_ndim=1), with all parameters made from the tensor.
FROM_TENSOR = {
    "normal": lambda t, event_ndim=1: distributions.Normal(t, t / 2 - 1, event_ndim),
    "laplace": lambda t, event_ndim=1: distributions.Laplace(t, t / 4, event_ndim),
    "logistic": lambda t, event_ndim=1: distributions.Logistic(t, t / 4, event_ndim),
    "student_t": lambda t, event_ndim=1: distributions.StudentT(t, t / 4, 5.0, event_ndim),
    "hyperbolic_secant": lambda t, event_ndim=1: distributions.HyperbolicSecant(
        t, t / 4, event_ndim
    ),
    "bernoulli": lambda t, event_ndim=1: distributions.Bernoulli(2 * t, event_ndim),
    "continuous_bernoulli": lambda t, event_ndim=1: distributions.ContinuousBernoulli(
        3 * t, event_ndim
    ),
    "categorical": lambda t, event_ndim=1: distributions.Categorical(
        ops.stack([t, -t, 0 * t], -1), event_ndim, low=-1.0, step=0.5
    ),
    "discretized_logistic": lambda t, event_ndim=1: distributions.DiscretizedLogistic(
        0.3 * t + 0.5, t / 4 - 1, num_levels=8, event_ndim=event_ndim
    ),
    "poisson": lambda t, event_ndim=1: distributions.Poisson(t, event_ndim),
    "negative_binomial": lambda t, event_ndim=1: distributions.NegativeBinomial(
        t, t / 4 - 1, event_ndim
    ),
    "zero_inflated_negative_binomial": lambda t, event_ndim=1: (
        distributions.ZeroInflatedNegativeBinomial(t, t / 4 - 1, -t, event_ndim)
    ),
    "gamma": lambda t, event_ndim=1: distributions.Gamma(t, 1 - t / 2, event_ndim),
    "log_normal": lambda t, event_ndim=1: distributions.LogNormal(t, t / 4 - 2, event_ndim),
    "beta": lambda t, event_ndim=1: distributions.Beta(t, 1 - t / 2, event_ndim),
    "von_mises": lambda t, event_ndim=1: distributions.VonMises(t, 1 - t / 2, event_ndim),
    "truncated_normal": lambda t, event_ndim=1: distributions.TruncatedNormal(
        t, t / 4 - 1, -0.5, 2.0, event_ndim
    ),
    "ordinal": lambda t, event_ndim=1: distributions.Ordinal(
        t, to_tensor([-1.0, 0.5, 0.9]) + 0 * ops.expand_dims(t, -1), event_ndim
    ),
    "element_mixture": _element_mixture,
    "event_mixture": _event_mixture,
}


def random_distribution(name, shape, event_ndim=1, seed=0):
    """A distribution with random parameters of a shape (..., event)."""
    t = to_tensor(np.random.default_rng(seed).normal(size=shape))
    return FROM_TENSOR[name](t, event_ndim)


class Family(NamedTuple):
    """A family of distributions of one element, at the edges of its parameters.

    Args:
        make: function of the parameters, and of `event_ndim`.
        parameters: tuple of arrays (cases,), float32 numbers.
        x: array (cases, values), the points to score.
        log_prob: log-density in mpmath, a function of the numbers x and the parameters.
        scipy: function of the parameters to a frozen scipy distribution, or `None`.
        scipy_is_exact: array (cases,) of bool: where scipy's own parameters do not round.
        is_discrete: bool.
        is_count: bool, whether its values are counts without an end.
    """

    make: Any
    parameters: tuple
    x: Any
    log_prob: Any
    scipy: Any = None
    scipy_is_exact: Any = True
    is_discrete: bool = False
    is_count: bool = False

    @property
    def arguments(self):
        """The arguments of `log_prob`, each (cases, values)."""
        return [np.broadcast_to(a.T, self.x.T.shape).T for a in (self.x, *self.parameters)]

    def distribution(self):
        """The distributions of all cases, with parameters (cases, 1)."""
        return self.make(*(to_tensor(p[:, None]) for p in self.parameters), event_ndim=0)


def float32(values):
    """As float64 numbers that float32 can hold, so that all sides see the same ones."""
    return np.asarray(values, "float32").astype("float64")


def pairs(first, second):
    """All combinations, as two arrays."""
    return tuple(float32(column) for column in zip(*itertools.product(first, second), strict=True))


def _location_scale(make, log_prob, frozen, log_scales, deviation, x):
    locations, log_scales = pairs((-1.5, 0.0, 0.3), log_scales)
    points = locations[:, None] + deviation(log_scales)[:, None] * np.asarray(x)
    return Family(make, (locations, log_scales), float32(points), log_prob, frozen)


def _normal(x, mean, log_var):
    return -(mpmath.log(2 * mpmath.pi) + log_var + (x - mean) ** 2 * mpmath.exp(-log_var)) / 2


def _laplace(x, mean, log_scale):
    return -mpmath.log(2) - log_scale - abs(x - mean) * mpmath.exp(-log_scale)


def _logistic(x, mean, log_scale):
    z = (x - mean) * mpmath.exp(-log_scale)
    return -z - log_scale - 2 * mpmath.log1p(mpmath.exp(-z))


def _student_t(x, mean, log_scale):
    z = (x - mean) * mpmath.exp(-log_scale)
    normalizer = mpmath.loggamma(3) - mpmath.loggamma(2.5) - mpmath.log(5 * mpmath.pi) / 2
    return normalizer - log_scale - 3 * mpmath.log1p(z * z / 5)


def _hyperbolic_secant(x, mean, log_scale):
    return -mpmath.log(mpmath.pi * mpmath.cosh((x - mean) * mpmath.exp(-log_scale))) - log_scale


def _bernoulli(x, logits):
    return -x * mpmath.log1p(mpmath.exp(-logits)) - (1 - x) * mpmath.log1p(mpmath.exp(logits))


def _continuous_bernoulli(x, logits):
    # The normaliser is the integral of exp(l x) over [0, 1].
    return logits * x - (mpmath.log(mpmath.expm1(logits) / logits) if logits else 0)


def _discretized_logistic(x, location, log_scale):
    level = round(float(x) * (LEVELS - 1))
    edges = [mpmath.mpf(level + side) / (LEVELS - 1) for side in (-0.5, 0.5)]
    lower, upper = ((edge - location) / mpmath.exp(log_scale) for edge in edges)
    lower = -mpmath.inf if level == 0 else lower
    upper = mpmath.inf if level == LEVELS - 1 else upper
    if lower > 0:  # by symmetry, so that the difference is one of small numbers
        lower, upper = -upper, -lower
    return mpmath.log(1 / (1 + mpmath.exp(-upper)) - 1 / (1 + mpmath.exp(-lower)))


def _poisson(x, log_mean):
    return x * log_mean - mpmath.exp(log_mean) - mpmath.loggamma(x + 1)


def _negative_binomial(x, log_mean, log_dispersion):
    mean, r = mpmath.exp(log_mean), mpmath.exp(-log_dispersion)
    ways = mpmath.loggamma(x + r) - mpmath.loggamma(r) - mpmath.loggamma(x + 1)
    return ways + x * mpmath.log(mean / (r + mean)) - r * mpmath.log1p(mean / r)


def _zero_inflated_negative_binomial(x, log_mean, log_dispersion, zero_logits):
    counted = _negative_binomial(x, log_mean, log_dispersion)
    share = 1 / (1 + mpmath.exp(zero_logits))
    return mpmath.log((1 - share) * (x == 0) + share * mpmath.exp(counted))


def _gamma(x, log_mean, log_concentration):
    k = mpmath.exp(log_concentration)
    rest = k * mpmath.log(k) - mpmath.loggamma(k) - k * log_mean
    return rest + (k - 1) * mpmath.log(x) - k * x * mpmath.exp(-log_mean)


def _log_normal(x, location, log_var):
    return _normal(mpmath.log(x), location, log_var) - mpmath.log(x)


def _beta(x, logits, log_precision):
    precision = mpmath.exp(log_precision)
    a, b = (precision / (1 + mpmath.exp(sign * logits)) for sign in (-1, 1))
    log_beta = mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(precision)
    return (a - 1) * mpmath.log(x) + (b - 1) * mpmath.log1p(-x) - log_beta


def _von_mises(x, location, log_concentration):
    k = mpmath.exp(log_concentration)
    return k * mpmath.cos(x - location) - mpmath.log(2 * mpmath.pi * mpmath.besseli(0, k))


def _truncated_normal(x, location, log_scale):
    ends = [(end - location) * mpmath.exp(-log_scale) for end in (0, 1)]
    if ends[0] > 0:  # by symmetry, so that the difference is one of small numbers
        ends = [-end for end in reversed(ends)]
    return _normal(x, location, 2 * log_scale) - mpmath.log(
        mpmath.ncdf(ends[1]) - mpmath.ncdf(ends[0])
    )


def around(middles, spreads, x):
    """Points, (cases, values): so many spreads from the middles."""
    return float32(middles[:, None] + spreads[:, None] * np.asarray(x))


_MEANS = np.log([1e-8, 1e-3, 0.3, 1.0, 7.0, 1e3, 1e6, 1e8])
_DISPERSIONS = np.log([1e-6, 1e-4, 0.1, 1.0, 30.0, 1e4, 1e6])
_COUNTS = [0.0, 1.0, 2.0, 3.0, 40.0, 999.0, 1e5, 1e6]
_COUNTED = pairs(_MEANS, _DISPERSIONS)
_INFLATED = tuple(
    float32(column)
    for column in zip(*itertools.product(_MEANS, _DISPERSIONS[::2], (-40, -3, 0, 9)), strict=True)
)
_POSITIVE = pairs(np.log([1e-8, 0.3, 1.0, 1e8]), np.log([1e-4, 0.2, 1.0, 30.0, 1e6]))
_DEVIATIONS = [-6.0, -1.0, -0.01, 0.02, 2.5, 7.0]
_IN_UNIT = pairs([-15.0, -0.7, 0.0, 3.0, 15.0], np.log([1e-4, 0.3, 2.0, 50.0, 1e6]))
_ANGLES = pairs([-3.0, 0.0, 1.3, 40.0], np.log([1e-6, 0.1, 1.0, 30.0, 1e4]))
_INTERVALS = pairs([-300.0, -0.1, 0.0, 0.4, 1.5, 20.0], np.log([1e-4, 0.03, 0.5, 4.0, 1e4]))
_DISCRETIZED = pairs((-3.0, -0.2, 128 / 255, 1.0), (-10.0, -7.0, -2.0, 10.0))

FAMILIES = {
    "normal": _location_scale(
        distributions.Normal,
        _normal,
        lambda mean, log_var: scipy.stats.norm(mean, np.exp(0.5 * log_var)),
        log_scales=(-20.0, -3.0, 0.0, 20.0),
        deviation=lambda log_var: np.exp(0.5 * log_var),
        x=[-20.0, -1.3, 0.4, 3.0],
    ),
    "laplace": _location_scale(
        distributions.Laplace,
        _laplace,
        lambda mean, log_scale: scipy.stats.laplace(mean, np.exp(log_scale)),
        log_scales=(-10.0, -1.5, 0.0, 10.0),
        deviation=np.exp,
        x=[-80.0, -1.3, 0.4, 3.0],
    ),
    "logistic": _location_scale(
        distributions.Logistic,
        _logistic,
        lambda mean, log_scale: scipy.stats.logistic(mean, np.exp(log_scale)),
        log_scales=(-10.0, -1.5, 0.0, 10.0),
        deviation=np.exp,
        x=[-200.0, -1.3, 0.4, 3.0],
    ),
    "student_t": _location_scale(
        lambda mean, log_scale, event_ndim: distributions.StudentT(
            mean, log_scale, 5.0, event_ndim
        ),
        _student_t,
        lambda mean, log_scale: scipy.stats.t(5.0, mean, np.exp(log_scale)),
        log_scales=(-10.0, -1.5, 0.0, 10.0),
        deviation=np.exp,
        x=[-1e4, -1.3, 0.4, 3.0],
    ),
    "hyperbolic_secant": _location_scale(
        distributions.HyperbolicSecant,
        _hyperbolic_secant,
        lambda mean, log_scale: scipy.stats.hypsecant(mean, np.exp(log_scale)),
        log_scales=(-10.0, -1.5, 0.0, 10.0),
        deviation=np.exp,
        x=[-80.0, -1.3, 0.4, 3.0],
    ),
    "bernoulli": Family(
        distributions.Bernoulli,
        (float32(LOGITS),),
        np.tile([0.0, 1.0], (len(LOGITS), 1)),
        _bernoulli,
        lambda logits: scipy.stats.bernoulli(scipy.special.expit(logits)),
        scipy_is_exact=np.abs(LOGITS) < 10,
        is_discrete=True,
    ),
    "continuous_bernoulli": Family(
        distributions.ContinuousBernoulli,
        (float32(LOGITS),),
        np.tile(float32([0.0, 0.2, 0.9, 1.0]), (len(LOGITS), 1)),
        _continuous_bernoulli,
    ),
    "gamma": Family(
        distributions.Gamma,
        _POSITIVE,
        float32(
            np.exp(around(_POSITIVE[0], np.exp(-0.5 * np.maximum(_POSITIVE[1], 0)), _DEVIATIONS))
        ),
        _gamma,
    ),
    "log_normal": Family(
        distributions.LogNormal,
        _POSITIVE,
        float32(
            np.exp(around(_POSITIVE[0], np.exp(0.5 * np.minimum(_POSITIVE[1], 0)), _DEVIATIONS))
        ),
        _log_normal,
    ),
    "beta": Family(
        distributions.Beta,
        _IN_UNIT,
        np.tile(float32([1e-12, 1e-4, 0.3, 0.5, 0.9, 1 - 2.0**-20]), (len(_IN_UNIT[0]), 1)),
        _beta,
    ),
    "von_mises": Family(
        distributions.VonMises,
        _ANGLES,
        around(_ANGLES[0], np.exp(-0.5 * np.maximum(_ANGLES[1], 0)), [-3.0, -0.4, 0.0, 1.0, 3.1]),
        _von_mises,
    ),
    "truncated_normal": Family(
        lambda location, log_scale, event_ndim: distributions.TruncatedNormal(
            location, log_scale, 0.0, 1.0, event_ndim
        ),
        _INTERVALS,
        np.tile(float32([0.0, 1e-3, 0.4, 0.97, 1.0]), (len(_INTERVALS[0]), 1)),
        _truncated_normal,
    ),
    "poisson": Family(
        distributions.Poisson,
        (float32(_MEANS),),
        np.tile(_COUNTS, (len(_MEANS), 1)),
        _poisson,
        is_discrete=True,
        is_count=True,
    ),
    "negative_binomial": Family(
        distributions.NegativeBinomial,
        _COUNTED,
        np.tile(_COUNTS, (len(_COUNTED[0]), 1)),
        _negative_binomial,
        is_discrete=True,
        is_count=True,
    ),
    "zero_inflated_negative_binomial": Family(
        distributions.ZeroInflatedNegativeBinomial,
        _INFLATED,
        np.tile([0.0, 3.0, 999.0], (len(_INFLATED[0]), 1)),
        _zero_inflated_negative_binomial,
        is_discrete=True,
        is_count=True,
    ),
    "discretized_logistic": Family(
        functools.partial(distributions.DiscretizedLogistic, num_levels=LEVELS),
        _DISCRETIZED,
        np.tile(float32(np.array([0, 1, 128, 254, 255]) / 255), (len(_DISCRETIZED[0]), 1)),
        _discretized_logistic,
        is_discrete=True,
    ),
}


@functools.cache
def exact(name, wrt=None, order=0, nudged=None, factor=1.0):
    """A family's log-density, or a derivative of it, in high precision, (cases, values).

    Args:
        name: str, of the family.
        wrt: int, the argument of `log_prob` to differentiate by. Defaults to `None`.
        order: int, of the derivative. Defaults to `0`.
        nudged: int, an argument to multiply by `factor`. Defaults to `None`.
        factor: float. Defaults to `1.0`.
    """
    arguments = [a * factor if i == nudged else a for i, a in enumerate(FAMILIES[name].arguments)]
    orders = tuple(order if i == wrt else 0 for i in range(len(arguments)))

    def evaluate(*numbers):
        numbers = tuple(mpmath.mpf(float(number)) for number in numbers)
        log_prob = FAMILIES[name].log_prob
        return float(mpmath.diff(log_prob, numbers, orders) if order else log_prob(*numbers))

    with mpmath.workdps(60):
        return np.vectorize(evaluate, otypes=["float64"])(*arguments)


def tolerance(name, wrt=None, order=0, terms=0.0):
    """How far float32 may be from `exact`, (cases, values).

    Four roundings of the result and of the largest term in it, and what the result changes when
    each argument is off by as many: arithmetic in float32 cannot promise better.

    Args:
        name: str, of the family.
        wrt: int, as of `exact`. Defaults to `None`.
        order: int, as of `exact`. Defaults to `0`.
        terms: array (cases, values), the size of terms that cancel. Defaults to `0.0`.
    """
    roundings = 4 * EPSILON
    value = exact(name, wrt, order)
    bound = roundings * (1 + np.abs(value) + terms)
    for nudged in range(len(FAMILIES[name].arguments)):
        bound += np.abs(exact(name, wrt, order, nudged, 1 + roundings) - value)
    return bound
