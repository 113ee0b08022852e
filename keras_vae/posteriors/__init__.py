"""Posteriors q(z|x): encoder outputs -> distribution over z."""

from typing import Any

from keras_vae.parts import lookup
from keras_vae.posteriors.bsq import BSQ
from keras_vae.posteriors.delta_normal import DeltaNormal
from keras_vae.posteriors.deterministic import Deterministic
from keras_vae.posteriors.fsq import FSQ
from keras_vae.posteriors.hierarchical_vq import HierarchicalVQ
from keras_vae.posteriors.hierarchy import Hierarchy
from keras_vae.posteriors.iaf import IAF
from keras_vae.posteriors.joint import Joint
from keras_vae.posteriors.lfq import LFQ
from keras_vae.posteriors.normal import Normal
from keras_vae.posteriors.planar import Planar
from keras_vae.posteriors.posterior import Posterior
from keras_vae.posteriors.product_quantizer import ProductQuantizer
from keras_vae.posteriors.quantizer import Quantizer
from keras_vae.posteriors.radial import Radial
from keras_vae.posteriors.real_nvp import RealNVP
from keras_vae.posteriors.relaxed import GumbelSigmoid, GumbelSoftmax
from keras_vae.posteriors.residual_fsq import ResidualFSQ
from keras_vae.posteriors.residual_lfq import ResidualLFQ
from keras_vae.posteriors.residual_vq import ResidualVQ
from keras_vae.posteriors.sim_vq import SimVQ
from keras_vae.posteriors.spherical import PowerSpherical, VonMisesFisher
from keras_vae.posteriors.sylvester import Sylvester
from keras_vae.posteriors.two_level import TwoLevel
from keras_vae.posteriors.vector_quantizer import VectorQuantizer
from keras_vae.posteriors.wrapped_normal import WrappedNormal

#: the posteriors known by name; a new one is a line here. `TwoLevel` and `HierarchicalVQ` need
#: networks, `Hierarchy` its levels, and `ProductQuantizer` its quantizers, so these are not known
#: by name.
MEMBERS = [
    Normal,
    Planar,
    Radial,
    Sylvester,
    IAF,
    RealNVP,
    VonMisesFisher,
    PowerSpherical,
    WrappedNormal,
    GumbelSoftmax,
    GumbelSigmoid,
    Joint,
    VectorQuantizer,
    ResidualVQ,
    SimVQ,
    FSQ,
    ResidualFSQ,
    LFQ,
    BSQ,
    ResidualLFQ,
    DeltaNormal,
    Deterministic,
]

__all__ = [
    *(member.__name__ for member in MEMBERS),
    "ProductQuantizer",
    "HierarchicalVQ",
    "TwoLevel",
    "Hierarchy",
    "Posterior",
    "Quantizer",
    "get",
]


def get(identifier: Any) -> Posterior:
    """A posterior from its name (such as `"planar"`) or an instance."""
    return lookup(identifier, MEMBERS, "posterior", Posterior)
