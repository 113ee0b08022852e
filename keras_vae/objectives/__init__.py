"""Objectives: what one pass left behind -> a loss, and its terms by name."""

from typing import Any

from keras_vae.objectives.aae import AAE
from keras_vae.objectives.adversarial import Adversarial
from keras_vae.objectives.annealed_capacity import AnnealedCapacity
from keras_vae.objectives.beta_tcvae import BetaTCVAE
from keras_vae.objectives.ciwae import CIWAE
from keras_vae.objectives.dip_vae import DIPVAE
from keras_vae.objectives.elbo import ELBO
from keras_vae.objectives.factor_vae import FactorVAE
from keras_vae.objectives.geco import GECO
from keras_vae.objectives.hierarchical_elbo import HierarchicalELBO
from keras_vae.objectives.info_vae import InfoVAE
from keras_vae.objectives.iwae import IWAE
from keras_vae.objectives.joint_capacity import JointCapacity
from keras_vae.objectives.miwae import MIWAE
from keras_vae.objectives.mixture_elbo import MixtureELBO
from keras_vae.objectives.not_miwae import NotMIWAE
from keras_vae.objectives.objective import NoisyObjective, Objective
from keras_vae.objectives.perceptual import FeatureDistance, Perceptual
from keras_vae.objectives.piwae import PIWAE
from keras_vae.objectives.quantized import Quantized
from keras_vae.objectives.rae import RAE
from keras_vae.objectives.reconstruction import Reconstruction, SparseReconstruction
from keras_vae.objectives.semi_supervised import ClassTrace, SemiSupervised
from keras_vae.objectives.sliced_wae import SlicedWAE
from keras_vae.objectives.soft_intro import SoftIntro
from keras_vae.objectives.trace import Trace
from keras_vae.objectives.vaegan import VAEGAN
from keras_vae.objectives.vr import VR
from keras_vae.objectives.wae import WAE
from keras_vae.parts import lookup

#: the objectives known by name; a new one is a line here. `GECO` needs its target, and `NotMIWAE`
#: missing values, `Perceptual` a network, so these are not known by name.
MEMBERS = [
    ELBO,
    HierarchicalELBO,
    IWAE,
    MIWAE,
    CIWAE,
    PIWAE,
    VR,
    AnnealedCapacity,
    JointCapacity,
    MixtureELBO,
    BetaTCVAE,
    DIPVAE,
    FactorVAE,
    InfoVAE,
    WAE,
    SlicedWAE,
    AAE,
    Reconstruction,
    SparseReconstruction,
    RAE,
    SemiSupervised,
    Quantized,
    Adversarial,
    VAEGAN,
    SoftIntro,
]

__all__ = [
    *(member.__name__ for member in MEMBERS),
    "GECO",
    "NotMIWAE",
    "Perceptual",
    "FeatureDistance",
    "NoisyObjective",
    "ClassTrace",
    "Objective",
    "Trace",
    "get",
]


def get(identifier: Any) -> Any:
    """An objective from its name (such as `"elbo"` or `"iwae"`) or an instance."""
    return lookup(identifier, MEMBERS, "objective", Objective)
