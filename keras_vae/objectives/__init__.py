"""Objectives: what one pass left behind -> loss terms, injected with `add_loss`."""

from keras_vae.objectives.ciwae import CIWAE
from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.iwae import IWAE
from keras_vae.objectives.miwae import MIWAE
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.piwae import PIWAE
from keras_vae.objectives.trace import Trace
from keras_vae.objectives.vr import VR
from keras_vae.parts import lookup

__all__ = ["ELBO", "IWAE", "MIWAE", "CIWAE", "PIWAE", "VR", "Objective", "Trace", "get"]

_MEMBERS = [ELBO, IWAE, MIWAE, CIWAE, PIWAE, VR]


def get(identifier):
    """An objective from its name (such as `"elbo"` or `"iwae"`) or an instance."""
    return lookup(identifier, _MEMBERS, "objective", Objective)
