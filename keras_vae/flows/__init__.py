"""Normalizing flows: invertible steps from latent to latent that know how they change volumes.

A step is a named tuple, of tensors that an encoder may give, or of a network with weights:

- `forward(z)` gives z' and log |det dz'/dz| in nats, (..., latent) -> (..., latent) and (...).
- `inverse(z)` gives the z that `forward` takes there, and log |det| of *this* direction.
- `has_inverse` says whether that is known.

Latents are vectors. Axes in front are kept, and broadcast: parameters (batch, latent) serve latents
of (samples, batch, latent).
"""

from keras_vae.flows.affine_coupling import AffineCoupling, coupling_networks
from keras_vae.flows.chain import Chain, with_reversals
from keras_vae.flows.inverse_autoregressive import InverseAutoregressive
from keras_vae.flows.made import MADE, autoregressive_networks
from keras_vae.flows.masked_autoregressive import MaskedAutoregressive
from keras_vae.flows.orthogonal import orthonormal_columns, reflections
from keras_vae.flows.perceptron import Perceptron
from keras_vae.flows.planar import Planar
from keras_vae.flows.radial import Radial
from keras_vae.flows.reversal import Reversal
from keras_vae.flows.sylvester import Sylvester

__all__ = [
    "Planar",
    "Radial",
    "Sylvester",
    "InverseAutoregressive",
    "MaskedAutoregressive",
    "AffineCoupling",
    "Reversal",
    "Chain",
    "with_reversals",
    "MADE",
    "autoregressive_networks",
    "Perceptron",
    "coupling_networks",
    "orthonormal_columns",
    "reflections",
]
