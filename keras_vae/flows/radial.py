"""Radial flow (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.steps import no_inverse

# Least squared distance from the center, where the gradient of a root is infinite.
_LEAST_SQUARE = 1e-12


class Radial(NamedTuple):
    """Radial step z + beta' (z - center) / (alpha' + ||z - center||).

    alpha' = softplus(alpha), and beta' = softplus(beta) - alpha', which the step is invertible for:
    it is the identity where alpha = beta.

    Args:
        center: tensor (..., latent).
        alpha: tensor (...), any real numbers.
        beta: tensor (...), any real numbers.

    Reference:
        - [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770), section 4.1, appendix A.2
    """

    center: Any
    alpha: Any
    beta: Any

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return False

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        alpha, slack = ops.softplus(self.alpha), ops.softplus(self.beta)
        offset = z - self.center
        radius = ops.sqrt(ops.maximum(ops.sum(ops.square(offset), axis=-1), _LEAST_SQUARE))
        reach = alpha + radius
        # With h = 1 / (alpha + r), the paper's 1 + beta h, and 1 + beta h + beta h' r, with slack =
        # beta + alpha put in, so that no term is negative and no digits cancel.
        across = ops.log(radius + slack) - ops.log(reach)
        along = ops.log(radius * (radius + 2.0 * alpha) + slack * alpha) - 2.0 * ops.log(reach)
        step = ops.expand_dims((slack - alpha) / reach, -1) * offset
        return z + step, (z.shape[-1] - 1) * across + along

    def inverse(self, z: Any) -> Any:
        """Unknown.

        Raises:
            ValueError: always.
        """
        raise no_inverse(self)
