"""Draws of a density on the real line through its quantile function, by quadrature.

No rejection, and so no loop that depends on data and no draw that may fail. A draw moves with the
density's parameters so that its probability u = F(x) stays (implicit reparameterisation, Figurnov
et al., 2018, arxiv.org/abs/1805.08498): dx/dparameter = -(dF/dparameter) / density.
"""

import math
from collections.abc import Callable, Sequence

from keras import ops

from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.events import pick
from keras_vae.typing import Tensor

_NUM_CELLS = 128
_NUM_NEWTON_STEPS = 4
#: a Newton step divides by the density, which may underflow beyond the last draws
_TINY = 1e-30


def beta_reach(shape: float) -> float:
    """Beyond this |x|, 1e-8 of the height of sech(x / 2)^(2 shape) is left."""
    return 2 * math.acosh(math.exp(math.log(1e8) / (2 * shape)))


def quantile(log_density: Callable[[Tensor], Tensor], reach: float, u: Tensor) -> Tensor:
    """x with F(x) = u, differentiable in the density's parameters.

    Simpson's rule over 128 cells; the density is a parabola in each.

    Args:
        log_density: function of nodes (nodes,) that gives log-densities (..., nodes), up to a
            constant, of a smooth density.
        reach: float, the density is next to nothing outside of [-reach, reach].
        u: tensor (..., 1) or (samples, ..., 1), in (0, 1).

    Returns:
        Tensor of the shape of `u`.
    """
    width = 2 * reach / _NUM_CELLS
    nodes = ops.linspace(-reach, reach, 2 * _NUM_CELLS + 1, dtype=u.dtype)
    log_p = log_density(nodes)
    p = ops.exp(log_p - ops.stop_gradient(ops.max(log_p, axis=-1, keepdims=True)))
    left, middle, right = p[..., :-1:2], p[..., 1::2], p[..., 2::2]
    masses = (left + 4 * middle + right) / 6  # (..., cells), in units of the cells' width
    total = ops.sum(masses, axis=-1, keepdims=True)
    upper = ops.cumsum(masses, axis=-1) / total
    index = ops.sum(ops.cast(ops.stop_gradient(upper) < u, "int32"), axis=-1, keepdims=True)
    index = ops.minimum(index, _NUM_CELLS - 1)
    cell = _Cell(
        *(pick(t, index, -1) for t in (upper, left / total, middle / total, right / total))
    )
    return width * (ops.cast(index, u.dtype) + cell.place(u)) - reach


class _Cell:
    """The cells that hold the draws: their upper ends of F, and densities at three places."""

    def __init__(self, upper: Tensor, left: Tensor, middle: Tensor, right: Tensor) -> None:
        self.lower = upper - (left + 4 * middle + right) / 6
        self.coefficients = (left, 4 * middle - 3 * left - right, 2 * (left + right) - 4 * middle)

    def cdf(
        self, place: Tensor | float, coefficients: Sequence[Tensor], lower: Tensor | float
    ) -> Tensor:
        """F at a place in [0, 1] of the cell."""
        a, b, c = coefficients
        return lower + place * (a + place * (b / 2 + place * c / 3))

    def density(self, place: Tensor, coefficients: Sequence[Tensor]) -> Tensor:
        """dF / dplace."""
        a, b, c = coefficients
        return at_least(a + place * (b + place * c), _TINY)

    def place(self, u: Tensor) -> Tensor:
        """The place in [0, 1] where F is u; its gradient is that of the implicit function."""
        fixed = [ops.stop_gradient(t) for t in self.coefficients]
        lower = ops.stop_gradient(self.lower)
        mass = self.cdf(1.0, fixed, 0.0)
        place = ops.clip((u - lower) / at_least(mass, _TINY), 0.0, 1.0)
        for _ in range(_NUM_NEWTON_STEPS):
            error = self.cdf(place, fixed, lower) - u
            place = ops.clip(place - error / self.density(place, fixed), 0.0, 1.0)
        place = ops.stop_gradient(place)
        # F at the draw less its own value: zero, with the gradient of F in the parameters.
        moving = self.cdf(place, self.coefficients, self.lower) - self.cdf(place, fixed, lower)
        return place - moving / self.density(place, fixed)
