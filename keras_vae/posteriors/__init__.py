"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from keras_vae.parts import lookup
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.posterior import Posterior

__all__ = ["Normal", "Posterior", "get"]

_MEMBERS = [Normal]


def get(identifier):
    """A posterior from its name or an instance."""
    return lookup(identifier, _MEMBERS, "posterior", Posterior)
