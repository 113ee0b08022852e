"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from keras_vae.parts import lookup
from keras_vae.posteriors.iaf import IAF
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.planar import Planar
from keras_vae.posteriors.posterior import Posterior
from keras_vae.posteriors.radial import Radial
from keras_vae.posteriors.real_nvp import RealNVP
from keras_vae.posteriors.sylvester import Sylvester

__all__ = ["Normal", "Planar", "Radial", "Sylvester", "IAF", "RealNVP", "Posterior", "get"]

_MEMBERS = [Normal, Planar, Radial, Sylvester, IAF, RealNVP]


def get(identifier):
    """A posterior from its name (such as `"planar"`) or an instance."""
    return lookup(identifier, _MEMBERS, "posterior", Posterior)
