"""Inverse autoregressive flow, IAF (Kingma et al., 2016), arxiv.org/abs/1606.04934."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.steps import solve
from keras_vae.typing import Tensor

#: added to a gate's logit, so that a step starts near the identity; the paper suggests 1 to 2
GATE_BIAS = 2.0


class InverseAutoregressive(NamedTuple):
    """Gated step gate * z + (1 - gate) * m, gate = sigmoid(s + 2): m_i and s_i depend on z_<i.

    One pass of the network forward, and as many as there are latents for the inverse.

    Args:
        network: `MADE` with two outputs, m and s.
        context: tensor (..., context) for the network. Defaults to `None`.

    Reference:
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934), equations 13 and 14
    """

    network: Any
    context: Any = None

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return True

    def _parameters(self, z):
        m, s = self.network(z, self.context)
        return m, s + GATE_BIAS

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        m, s = self._parameters(z)
        # 1 - sigmoid(s) is sigmoid(-s), with all its digits.
        return ops.sigmoid(s) * z + ops.sigmoid(-s) * m, ops.sum(ops.log_sigmoid(s), axis=-1)

    def inverse(self, z: Any) -> Any:
        """The z that `forward` takes there, and log |det| of this direction (...)."""

        def update(known: Tensor) -> Tensor:
            m, s = self._parameters(known)
            # (z - (1 - gate) m) / gate
            return z + (z - m) * ops.exp(-s)

        z = z if self.context is None else z + ops.zeros_like(self.context[..., :1])
        before = solve(update, z)
        _, s = self._parameters(before)
        return before, -ops.sum(ops.log_sigmoid(s), axis=-1)
