"""Priors p(z) over latents."""

from typing import Any

from keras_vae.parts import lookup
from keras_vae.priors.code_transformer import CodeTransformer
from keras_vae.priors.conditional_normal import ConditionalNormal
from keras_vae.priors.exemplar import Exemplar
from keras_vae.priors.hierarchical_pixel_cnn import HierarchicalPixelCNN
from keras_vae.priors.hierarchy import Hierarchy
from keras_vae.priors.hyperspherical_uniform import HypersphericalUniform
from keras_vae.priors.joint import Joint
from keras_vae.priors.laplace_dirichlet import LaplaceDirichlet
from keras_vae.priors.learned_normal import LearnedNormal
from keras_vae.priors.maf import MAF
from keras_vae.priors.maskgit import MaskGIT
from keras_vae.priors.normal_mixture import NormalMixture
from keras_vae.priors.pixel_cnn import GatedPixelCNN, PixelCNN
from keras_vae.priors.prior import Prior
from keras_vae.priors.real_nvp import RealNVP
from keras_vae.priors.standard_normal import StandardNormal
from keras_vae.priors.two_level import TwoLevel
from keras_vae.priors.uniform_discrete import UniformBernoulli, UniformCategorical
from keras_vae.priors.vamp import Vamp
from keras_vae.priors.wrapped_normal import WrappedNormal

#: the priors known by name; a new one is a line here. `TwoLevel` needs a network, so it is not
#: known by name.
MEMBERS = [
    StandardNormal,
    LearnedNormal,
    LaplaceDirichlet,
    ConditionalNormal,
    NormalMixture,
    Vamp,
    Exemplar,
    HypersphericalUniform,
    WrappedNormal,
    UniformCategorical,
    UniformBernoulli,
    Joint,
    Hierarchy,
    GatedPixelCNN,
    PixelCNN,
    HierarchicalPixelCNN,
    CodeTransformer,
    MaskGIT,
    RealNVP,
    MAF,
]

__all__ = [*(member.__name__ for member in MEMBERS), "TwoLevel", "Prior", "get"]


def get(identifier: Any) -> Prior:
    """A prior from its name (such as `"standard_normal"`) or an instance."""
    return lookup(identifier, MEMBERS, "prior", Prior)
