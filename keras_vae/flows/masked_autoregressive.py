"""Masked autoregressive flow, MAF (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.steps import bounded_log_scale, solve
from keras_vae.typing import Tensor


class MaskedAutoregressive(NamedTuple):
    """Step z' = z exp(log_scale) + shift, where shift_i and log_scale_i depend on z'_<i.

    One pass of the network for the inverse, and so for densities, and as many as there are latents
    forward. The log-scale is bounded softly.

    Args:
        network: `MADE` with two outputs, shift and log-scale.

    Reference:
        - [Papamakarios et al., 2017](https://arxiv.org/abs/1705.07057), equations 3 to 5
    """

    network: Any

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return True

    def _parameters(self, z):
        shift, log_scale = self.network(z)
        return shift, bounded_log_scale(log_scale)

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""

        def update(known: Tensor) -> Tensor:
            shift, log_scale = self._parameters(known)
            return z * ops.exp(log_scale) + shift

        after = solve(update, z)
        return after, ops.sum(self._parameters(after)[1], axis=-1)

    def inverse(self, z: Any) -> Any:
        """The z that `forward` takes there, and log |det| of this direction (...)."""
        shift, log_scale = self._parameters(z)
        return (z - shift) * ops.exp(-log_scale), -ops.sum(log_scale, axis=-1)
