"""Objectives: what one pass left behind -> loss terms, injected with `add_loss`."""

from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.iwae import IWAE
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.quantized import Quantized
from keras_vae.objectives.semi_supervised import ClassTrace, SemiSupervised
from keras_vae.objectives.trace import Trace
from keras_vae.parts import lookup

__all__ = [
    "ELBO",
    "IWAE",
    "SemiSupervised",
    "Quantized",
    "ClassTrace",
    "Objective",
    "Trace",
    "get",
]

_MEMBERS = [
    ELBO,
    IWAE,
    SemiSupervised,
    Quantized,
]


def get(identifier):
    """An objective from its name (`"elbo"`, `"iwae"`, `"quantized"`) or an instance."""
    return lookup(identifier, _MEMBERS, "objective", Objective)
