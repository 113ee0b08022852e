"""Distributions: named tuples of tensors that score, draw and compare."""

from keras_vae.distributions import closed_forms as closed_forms
from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.beta import Beta
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.columns import Columns
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.discretized_logistic import DiscretizedLogistic
from keras_vae.distributions.distribution import (
    Density,
    Distribution,
    ProductSpace,
    Space,
    Traits,
)
from keras_vae.distributions.events import draw
from keras_vae.distributions.gamma import Gamma
from keras_vae.distributions.hierarchy import Hierarchy
from keras_vae.distributions.hyperbolic_secant import HyperbolicSecant
from keras_vae.distributions.hyperspherical_uniform import HypersphericalUniform
from keras_vae.distributions.kl import elementwise_kl, has_closed_form, kl_divergence, log_ratio
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.log_normal import LogNormal
from keras_vae.distributions.logistic import Logistic
from keras_vae.distributions.mixture import Mixture
from keras_vae.distributions.mixture_of_discretized_logistics import (
    MixtureOfDiscretizedLogistics,
)
from keras_vae.distributions.multinomial import Multinomial
from keras_vae.distributions.negative_binomial import NegativeBinomial
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.normal_kernels import NormalKernels
from keras_vae.distributions.one_hot_categorical import OneHotCategorical
from keras_vae.distributions.ordinal import Ordinal
from keras_vae.distributions.poincare import exp_map, log_map
from keras_vae.distributions.point import Point
from keras_vae.distributions.poisson import Poisson
from keras_vae.distributions.power_spherical import PowerSpherical
from keras_vae.distributions.product import Product
from keras_vae.distributions.quantized import (
    LearnedCodes,
    Quantized,
    UniformCodes,
    UnscoredCodes,
)
from keras_vae.distributions.relaxed_bernoulli import RelaxedBernoulli
from keras_vae.distributions.relaxed_one_hot import RelaxedOneHot
from keras_vae.distributions.sphere import unit
from keras_vae.distributions.student_t import StudentT
from keras_vae.distributions.transformed import Transformed
from keras_vae.distributions.truncated_normal import TruncatedNormal
from keras_vae.distributions.two_level import TwoLevel
from keras_vae.distributions.von_mises import VonMises
from keras_vae.distributions.von_mises_fisher import VonMisesFisher
from keras_vae.distributions.wrapped_normal import WrappedNormal
from keras_vae.distributions.zero_inflated_negative_binomial import ZeroInflatedNegativeBinomial

__all__ = [
    "Distribution",
    "Traits",
    "Space",
    "ProductSpace",
    "Density",
    "Normal",
    "Laplace",
    "StudentT",
    "HyperbolicSecant",
    "Logistic",
    "Bernoulli",
    "ContinuousBernoulli",
    "Categorical",
    "DiscretizedLogistic",
    "MixtureOfDiscretizedLogistics",
    "Ordinal",
    "Gamma",
    "LogNormal",
    "Beta",
    "TruncatedNormal",
    "VonMises",
    "Poisson",
    "NegativeBinomial",
    "ZeroInflatedNegativeBinomial",
    "Multinomial",
    "Mixture",
    "NormalKernels",
    "Transformed",
    "Product",
    "Columns",
    "TwoLevel",
    "Hierarchy",
    "VonMisesFisher",
    "PowerSpherical",
    "HypersphericalUniform",
    "WrappedNormal",
    "OneHotCategorical",
    "RelaxedOneHot",
    "RelaxedBernoulli",
    "Quantized",
    "UniformCodes",
    "LearnedCodes",
    "UnscoredCodes",
    "unit",
    "exp_map",
    "log_map",
    "Point",
    "draw",
    "kl_divergence",
    "log_ratio",
    "elementwise_kl",
    "has_closed_form",
]
