"""Modified Bessel functions of the first kind in log space, in float32, on every backend.

Debye's expansion (DLMF 10.41) holds for all arguments at once where the order is large; from there
a recurrence that only adds positive numbers leads down to the order asked for. All of it is
elementary arithmetic, so each backend differentiates it as often as it likes, in the same digits.
"""

import functools
import math
from fractions import Fraction
from typing import Any, NamedTuple

from keras import ops

from keras_vae.typing import Tensor

#: from this order on six terms of Debye's expansion are good for float32
_LARGE_ORDER = 9
_NUM_TERMS = 6


class BesselTerms(NamedTuple):
    """What the von Mises-Fisher distribution asks of I_v(x), with v = dimension / 2 - 1.

    `log_mean_exp` is the logarithm of the mean of exp(x t), t one coordinate of a uniform point of
    the sphere: log(Gamma(v + 1) (2 / x)^v I_v(x)), zero at x = 0. `ratio` is its derivative,
    I_{v+1}(x) / I_v(x). For large x both are differences of near-equal numbers from x and from 1,
    which are given too.

    Args:
        log_mean_exp: tensor (...), exact in relative terms as x goes to 0.
        log_mean_exp_less_x: tensor (...), `log_mean_exp - x`, exact as x goes to infinity.
        ratio: tensor (...).
        one_less_ratio: tensor (...), `1 - ratio`, exact as x goes to infinity.
    """

    log_mean_exp: Any
    log_mean_exp_less_x: Any
    ratio: Any
    one_less_ratio: Any


def bessel_terms(x: Tensor, dimension: int) -> BesselTerms:
    """`BesselTerms` at x >= 0, elementwise.

    Args:
        x: tensor (...), the concentration.
        dimension: int >= 2, of the space around the sphere.
    """
    order = dimension / 2 - 1
    steps = max(0, math.ceil(_LARGE_ORDER - order))
    terms = _debye(x, order + steps)
    for higher in range(steps, 0, -1):
        terms = _one_order_less(terms, x, order + higher)
    return terms


def _one_order_less(terms, x, order):
    """From `order` to `order - 1`, by I_{v-1} = I_{v+1} + (2 v / x) I_v."""
    growth = ops.log1p(x * terms.ratio / (2 * order))
    denominator = 2 * order + x * terms.ratio
    return BesselTerms(
        terms.log_mean_exp + growth,
        terms.log_mean_exp_less_x + growth,
        x / denominator,
        (2 * order - x * terms.one_less_ratio) / denominator,
    )


def _debye(x, order):
    """The expansion in 1 / order, with p = 1 / sqrt(1 + z^2), z = x / order and s = 1 / p - 1."""
    z = x / order
    root = ops.sqrt(1 + ops.square(z))
    s = ops.square(z) / (1 + root)
    p = 1 / root
    log_factors, slopes = _series(order)
    # D(p) - D(1), which is zero at x = 0, as (p - 1) E(p).
    others = -0.5 * ops.log1p(s) - s * p * _polynomial(log_factors, p)
    shared = others - order * ops.log1p(0.5 * s)
    # s * order - x, without the cancellation.
    scaled = order * (1 + root)
    less_x = -2 * order * x / (scaled + x)
    slope = p * _polynomial(slopes, p)
    return BesselTerms(
        order * s + shared,
        less_x + shared,
        z / (1 + root) + z * p * slope,
        (1 + 1 / (root + z)) / (1 + root) - z * p * slope,
    )


def _polynomial(coefficients, p):
    """Horner's scheme, the constant first."""
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = value * p + coefficient
    return value


@functools.cache
def _series(order):
    """Coefficients of E and of the ratio's correction over p, two tuples of floats."""
    size = 3 * _NUM_TERMS + 2
    log_factors, slopes = [Fraction(0)] * size, [Fraction(0)] * size
    slopes[0] = Fraction(-1) / (2 * Fraction(order))
    for k, polynomial in enumerate(_log_debye_polynomials(), 1):
        for n, coefficient in enumerate(_over_p_less_one(polynomial)):
            log_factors[n] += coefficient / Fraction(order) ** k
        for n, coefficient in enumerate(polynomial):
            if n:  # d/dx of D_k(p) is -(x / order^2) p^3 D_k'(p)
                slopes[n] -= n * coefficient / Fraction(order) ** (k + 1)
    return tuple(map(float, log_factors)), tuple(map(float, slopes))


def _over_p_less_one(polynomial):
    """The coefficients of (D(p) - D(1)) / (p - 1)."""
    quotient, carried = [], Fraction(0)
    for coefficient in reversed(polynomial[1:]):
        carried += coefficient
        quotient.append(carried)
    return quotient[::-1]


@functools.cache
def _log_debye_polynomials():
    """D_1, D_2, ... with sum_k U_k / v^k = exp(sum_k D_k / v^k), as lists of fractions."""
    plain = _debye_polynomials()
    logs = []
    for k in range(1, _NUM_TERMS + 1):
        # k U_k = sum_j j D_j U_{k-j}, from the derivative by 1 / v.
        rest = [Fraction(0)] * (3 * k + 1)
        for j in range(1, k):
            for a, one in enumerate(logs[j - 1]):
                for b, other in enumerate(plain[k - j]):
                    rest[a + b] += Fraction(j, k) * one * other
        logs.append([u - r for u, r in zip(plain[k], rest, strict=True)])
    return logs


def _debye_polynomials():
    """U_0, U_1, ... of DLMF 10.41.10, as lists of fractions."""
    polynomials = [[Fraction(1)]]
    for k in range(_NUM_TERMS):
        following = [Fraction(0)] * (3 * k + 4)
        for n, u in enumerate(polynomials[-1]):
            following[n + 1] += u * (Fraction(n, 2) + Fraction(1, 8) / (n + 1))
            following[n + 3] -= u * (Fraction(n, 2) + Fraction(5, 8) / (n + 3))
        polynomials.append(following)
    return polynomials
