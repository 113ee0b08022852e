"""Points of the sphere: areas, tangents, and draws around a direction."""

import math

from keras import ops

from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.events import standard_normal
from keras_vae.typing import Seed, Tensor

#: sine of the angle below which rounding decides the direction, not the two ends
_NO_ARC = 1e-6
#: least squared length that is divided by
_TINY = 1e-30


def log_area(dimension: int) -> float:
    """Logarithm of the area of the unit sphere in a space of `dimension` dimensions, a float."""
    return math.log(2) + dimension / 2 * math.log(math.pi) - math.lgamma(dimension / 2)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """Inner product over the last axis, which is kept: (..., dimension) -> (..., 1)."""
    return ops.sum(a * b, axis=-1, keepdims=True)


def unit(x: Tensor) -> Tensor:
    """x / |x|, (..., dimension); the last axis of the space where x is zero."""
    squared = dot(x, x)
    pole = ops.one_hot(x.shape[-1] - 1, x.shape[-1], dtype=x.dtype)
    is_zero = squared < _TINY
    # Chosen before the root, so that no gradient passes through a root of zero.
    x = ops.where(is_zero, pole, x)
    return x * ops.rsqrt(ops.where(is_zero, 1.0, squared))


def great_circle(start: Tensor, stop: Tensor, fraction: Tensor) -> Tensor:
    """Points on the shortest arc between unit vectors, at a constant speed, (..., dimension).

    Between opposite points, where all arcs are as short, it takes any one.

    Args:
        start: tensor (..., dimension) of unit vectors.
        stop: tensor (..., dimension) of unit vectors.
        fraction: tensor (..., 1) of the way.
    """
    rest = stop - dot(start, stop) * start
    rest = rest - dot(rest, start) * start  # once more for the rounding of near-parallel ends
    sine = ops.sqrt(dot(rest, rest))
    # Equal or opposite ends have no unique arc: take the axis least along `start`, made orthogonal.
    axis = ops.one_hot(ops.argmin(ops.abs(start), axis=-1), start.shape[-1], dtype=start.dtype)
    other = unit(axis - dot(axis, start) * start)
    tangent = ops.where(sine < _NO_ARC, other, unit(rest))
    angle = fraction * ops.arctan2(sine, dot(start, stop))
    return ops.cos(angle) * start + ops.sin(angle) * tangent


def variance_around(direction: Tensor, across: Tensor, along: Tensor) -> Tensor:
    """Variance of each number of unit vectors that are symmetric around a direction.

    Args:
        direction: tensor (..., dimension) of unit vectors.
        across: tensor (..., 1), variance of a number orthogonal to the direction.
        along: tensor (..., 1), variance of the cosine.
    """
    square = ops.square(direction)
    return across * (1 - square) + at_least(along, 0.0) * square


def tangents(direction: Tensor, num_samples: int | None, seed: Seed) -> Tensor:
    """Uniform unit vectors orthogonal to a direction, (..., dimension), without gradient."""
    direction = ops.stop_gradient(direction)
    x = standard_normal(direction, num_samples, seed)
    for _ in range(2):  # once more for the rounding that a near-parallel draw brings
        x = unit(x - dot(x, direction) * direction)
    return x


def turn_to(direction: Tensor, one_less_cosine: Tensor, tangent: Tensor) -> Tensor:
    """The points at a given angle from a direction, along a tangent there.

    They follow the direction as if the sphere turned with it by the shortest way, which keeps the
    gradient's noise small; and they follow `one_less_cosine` along the tangent.

    Args:
        direction: tensor (..., dimension) of unit vectors.
        one_less_cosine: tensor (..., 1), in [0, 2].
        tangent: tensor (..., dimension) of unit vectors orthogonal to `direction`.
    """
    fixed = ops.stop_gradient(direction)
    sine = ops.sqrt(at_least(one_less_cosine * (2 - one_less_cosine), _TINY))
    x = fixed - one_less_cosine * fixed + sine * tangent
    # The turn from `fixed` to `direction` to first order: its value is zero, its gradient is right.
    turn, at = direction - fixed, ops.stop_gradient(x)
    return x + turn * dot(fixed, at) - fixed * dot(turn, at)
