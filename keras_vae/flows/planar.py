"""Planar flow (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.steps import MARGIN, no_inverse, tanh_slope

# ||w||^2 from which on u is constrained; below, w.u is above -1 for all but absurd u.
_LEAST_SQUARE = 1e-6
# softplus of it is 1 - MARGIN.
_SHIFT = math.log(math.expm1(1.0 - MARGIN))


class Planar(NamedTuple):
    """Planar step z + u' tanh(w.z + b), the identity at u = 0.

    It is invertible where w.u' > -1; so the part of `u` along w is replaced by m(w.u) > -1.

    Args:
        u: tensor (..., latent), any real numbers.
        w: tensor (..., latent).
        b: tensor (...).

    Reference:
        - [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770), section 4.1, appendix A.1
    """

    u: Any
    w: Any
    b: Any

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return False

    def constrained(self) -> Any:
        """u' (..., latent), and w.u' (...), which is above -1."""
        square = ops.sum(ops.square(self.w), axis=-1)
        along = ops.sum(self.w * self.u, axis=-1)
        # The paper's m(a) is softplus(a) - 1. Shifted so that m(0) = 0 it gives the same steps, and
        # not a u' of length 0.3 / ||w|| where both are next to zero.
        bounded = ops.softplus(along + _SHIFT) - (1.0 - MARGIN)
        change = (bounded - along) / ops.maximum(square, _LEAST_SQUARE)
        return self.u + ops.expand_dims(change, -1) * self.w, along + change * square

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        u, along = self.constrained()
        inner = ops.sum(self.w * z, axis=-1) + self.b
        log_det = ops.log1p(tanh_slope(inner) * along)
        return z + u * ops.expand_dims(ops.tanh(inner), -1), log_det

    def inverse(self, z: Any) -> Any:
        """Unknown.

        Raises:
            ValueError: always.
        """
        raise no_inverse(self)
