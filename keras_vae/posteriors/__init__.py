"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from keras_vae.parts import lookup
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.posterior import Posterior
from keras_vae.posteriors.relaxed import GumbelSigmoid, GumbelSoftmax
from keras_vae.posteriors.spherical import PowerSpherical, VonMisesFisher

__all__ = [
    "Normal",
    "VonMisesFisher",
    "PowerSpherical",
    "GumbelSoftmax",
    "GumbelSigmoid",
    "Posterior",
    "get",
]

_MEMBERS = [Normal, VonMisesFisher, PowerSpherical, GumbelSoftmax, GumbelSigmoid]


def get(identifier):
    """A posterior from its name or an instance."""
    return lookup(identifier, _MEMBERS, "posterior", Posterior)
