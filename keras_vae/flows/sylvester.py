"""Sylvester flow (van den Berg et al., 2018), arxiv.org/abs/1803.05649."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.steps import MARGIN, no_inverse, tanh_slope


class Sylvester(NamedTuple):
    """Sylvester step z + Q R tanh(R' Q^T z + b): as many planar steps at once as Q has columns.

    R and R' are upper triangular, with diagonals whose product is above -1: the step is invertible.

    Args:
        q: tensor (..., latent, columns), its columns orthonormal: see `orthonormal_columns`,
            `reflections`, or a permutation.
        triangles: tensor (..., columns, columns), R above the diagonal, and the transpose of R'
            below it; what is on it is not used.
        diagonals: tensor (..., 2, columns), of R and R' before a tanh, which bounds them.
        b: tensor (..., columns).

    Reference:
        - [van den Berg et al., 2018](https://arxiv.org/abs/1803.05649)
    """

    q: Any
    triangles: Any
    diagonals: Any
    b: Any

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return False

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        diagonals = math.sqrt(1.0 - MARGIN) * ops.tanh(self.diagonals)
        outer, inner = diagonals[..., 0, :], diagonals[..., 1, :]
        r = ops.triu(self.triangles, k=1) + _diagonal(outer)
        r_prime = ops.swapaxes(ops.tril(self.triangles, k=-1), -1, -2) + _diagonal(inner)
        rotated = _times(ops.swapaxes(self.q, -1, -2), z)
        inside = _times(r_prime, rotated) + self.b
        log_det = ops.sum(ops.log1p(tanh_slope(inside) * outer * inner), axis=-1)
        return z + _times(self.q, _times(r, ops.tanh(inside))), log_det

    def inverse(self, z: Any) -> Any:
        """Unknown.

        Raises:
            ValueError: always.
        """
        raise no_inverse(self)


def _diagonal(values):
    """(..., columns) -> (..., columns, columns)."""
    return ops.expand_dims(values, -1) * ops.eye(values.shape[-1], dtype=values.dtype)


def _times(matrix, vector):
    """Matrix (..., rows, columns) times vector (..., columns) -> (..., rows)."""
    return ops.squeeze(ops.matmul(matrix, ops.expand_dims(vector, -1)), -1)
