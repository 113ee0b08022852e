"""Affine coupling of RealNVP (Dinh et al., 2016), arxiv.org/abs/1605.08803."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.flows.perceptron import Perceptron
from keras_vae.flows.steps import bounded_log_scale


class AffineCoupling(NamedTuple):
    """Step that keeps the first half of the latents, and shifts and scales the others by it.

    The log-scale is bounded softly. Of an odd number of latents the smaller part is kept.

    Args:
        network: `Perceptron` with two outputs, shift and log-scale, see `coupling_sizes`.
        context: tensor (..., context) for the network. Defaults to `None`.

    Reference:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803), equations 4 to 8
    """

    network: Any
    context: Any = None

    #: whether `inverse` is known
    @property
    def has_inverse(self) -> bool:
        return True

    def _halves(self, z):
        num_kept, _ = coupling_sizes(z.shape[-1])
        kept, others = z[..., :num_kept], z[..., num_kept:]
        shift, log_scale = self.network(kept, self.context)
        return kept, others, shift, bounded_log_scale(log_scale)

    def forward(self, z: Any) -> Any:
        """z' (..., latent) and log |det dz'/dz| (...)."""
        kept, others, shift, log_scale = self._halves(z)
        others = others * ops.exp(log_scale) + shift
        return ops.concatenate([kept, others], axis=-1), ops.sum(log_scale, axis=-1)

    def inverse(self, z: Any) -> Any:
        """The z that `forward` takes there, and log |det| of this direction (...)."""
        kept, others, shift, log_scale = self._halves(z)
        others = (others - shift) * ops.exp(-log_scale)
        return ops.concatenate([kept, others], axis=-1), -ops.sum(log_scale, axis=-1)


def coupling_sizes(size: Any) -> Any:
    """How many of `size` latents a coupling keeps, and how many it moves."""
    return size // 2, size - size // 2


def coupling_networks(num_flows: int, size: int, **kwargs: Any) -> Any:
    """The built networks of `num_flows` couplings of `size` latents, a list.

    Args:
        num_flows: int.
        size: int, number of latents.
        **kwargs: passed to `Perceptron`: `hidden`, `activation`, `context_size`.
    """
    num_kept, num_moved = coupling_sizes(size)
    networks = [Perceptron(output_size=num_moved, **kwargs) for _ in range(num_flows)]
    for network in networks:
        network.build_once((num_kept,))
    return networks
