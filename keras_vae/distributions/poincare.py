"""The Poincaré ball of curvature -c, radius 1 / sqrt(c): points and normal coordinates.

Normal coordinates v around a point m are its tangent vectors in an orthonormal frame: |v| is the
distance from m, and v = 0 is m itself. All in differences that do not cancel near the boundary.
"""

import math
from collections.abc import Callable

from keras import ops

from keras_vae.distributions.bounds import at_least, at_most
from keras_vae.distributions.sphere import dot
from keras_vae.typing import Tensor

#: points are kept this far, relatively, inside the boundary: |z| < (1 - _MARGIN) / sqrt(c)
_MARGIN = 1e-5
_TINY = 1e-30
#: below, the power series of sinh(x) / x and its like are used
_SMALL = 1e-2


def exp_map(mean: Tensor, v: Tensor, curvature: float) -> Tensor:
    """The points with normal coordinates `v` around `mean`, (..., dimension)."""
    c = curvature
    half = 0.5 * math.sqrt(c) * ops.sqrt(dot(v, v) + _TINY)
    y = 0.5 * v * ops.where(half < _SMALL, 1 - half * half / 3, ops.tanh(half) / half)
    inner, squared = dot(mean, y), dot(y, y)
    square = dot(mean, mean)
    numerator = (1 + 2 * c * inner + c * squared) * mean + (1 - c * square) * y
    return inside(numerator / (1 + 2 * c * inner + c * c * square * squared), c)


def log_map(mean: Tensor, z: Tensor, curvature: float) -> Tensor:
    """The normal coordinates of points `z` around `mean`, (..., dimension)."""
    c = curvature
    difference = z - mean
    squared = dot(difference, difference)
    rest = _rest(mean, c)  # 1 - c |mean|^2
    product = rest * _rest(z, c)
    # sinh of sqrt(c) times half of the distance.
    s = math.sqrt(c) * ops.sqrt(squared / product + _TINY)
    stretch = ops.where(s < _SMALL, 1 - s * s / 6, ops.arcsinh(s) / s)
    # Moebius addition of -mean and z, written in their difference.
    direction = rest * difference - c * squared * mean
    return 2 * stretch * direction * ops.rsqrt(product * (product + c * squared))


def geodesic(start: Tensor, stop: Tensor, fraction: Tensor, curvature: float) -> Tensor:
    """Points on the shortest line between points, at a constant speed, (..., dimension).

    Args:
        start: tensor (..., dimension).
        stop: tensor (..., dimension).
        fraction: tensor (..., 1) of the way.
        curvature: float > 0.
    """
    return exp_map(start, fraction * log_map(start, stop, curvature), curvature)


def midpoint(
    points: Tensor, weights: Tensor, curvature: float, add: Callable[[Tensor], Tensor]
) -> Tensor:
    """The weighted midpoint of points in the gyrovector sense (Ungar, 2008).

    Args:
        points: tensor (..., dimension).
        weights: tensor (..., 1), that add up to 1 over the axis of `add`.
        curvature: float > 0.
        add: function of a tensor that sums over the axis of the points.
    """
    factor = 2 / _rest(points, curvature)
    x = add(weights * factor * points)
    x = x / at_least(add(weights * (factor - 1)), _TINY)
    # Half of the way from the origin to x.
    rest = at_least(1 - curvature * dot(x, x), 0.0)
    return inside(x / (1 + ops.sqrt(rest + _TINY)), curvature)


def log_sinh_ratio(x: Tensor) -> Tensor:
    """log(sinh(x) / x) for x >= 0, elementwise."""
    large = at_least(x, _SMALL)
    exact = large + ops.log1p(-ops.exp(-2 * large)) - ops.log(2 * large)
    return ops.where(x < _SMALL, x * x / 6, exact)


def reach(curvature: float) -> float:
    """The distance from the origin up to which float32 holds points of the ball, a float."""
    return 2 * math.atanh(1 - _MARGIN) / math.sqrt(curvature)


def distance_to_origin(z: Tensor, curvature: float) -> Tensor:
    """The length of the shortest line to the origin, (..., dimension) -> (..., 1)."""
    norm = math.sqrt(curvature) * ops.sqrt(dot(z, z) + _TINY)
    norm = at_most(norm, 1 - _MARGIN)
    return (ops.log1p(norm) - ops.log1p(-norm)) / math.sqrt(curvature)


def inside(z: Tensor, curvature: float) -> Tensor:
    """Points moved back into the ball where rounding or a draw has put them on its boundary."""
    most = (1 - _MARGIN) / math.sqrt(curvature)
    norm = ops.sqrt(dot(z, z) + _TINY)
    return z * at_most(most / norm, 1.0)


def _rest(z, curvature):
    """1 - c |z|^2, positive."""
    return at_least(1 - curvature * dot(z, z), _MARGIN)
