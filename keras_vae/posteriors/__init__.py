"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from keras_vae.parts import lookup
from keras_vae.posteriors.delta_normal import DeltaNormal
from keras_vae.posteriors.deterministic import Deterministic
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.posterior import Posterior

__all__ = ["Normal", "DeltaNormal", "Deterministic", "Posterior", "get"]

_MEMBERS = [Normal, DeltaNormal, Deterministic]


def get(identifier):
    """A posterior from its name or an instance."""
    return lookup(identifier, _MEMBERS, "posterior", Posterior)
