"""Likelihoods p(x|z): decoder outputs -> distribution over x."""

from typing import Any

from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.beta import Beta
from keras_vae.likelihoods.categorical import Categorical
from keras_vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from keras_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_vae.likelihoods.gamma import Gamma
from keras_vae.likelihoods.heteroscedastic_normal import HeteroscedasticNormal
from keras_vae.likelihoods.laplace import Laplace
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_cosh import LogCosh
from keras_vae.likelihoods.log_normal import LogNormal
from keras_vae.likelihoods.mixed import Mixed
from keras_vae.likelihoods.mixture_of_discretized_logistics import MixtureOfDiscretizedLogistics
from keras_vae.likelihoods.modewise_normal import ModewiseNormal
from keras_vae.likelihoods.ms_ssim import MSSSIM
from keras_vae.likelihoods.multinomial import Multinomial
from keras_vae.likelihoods.negative_binomial import NegativeBinomial
from keras_vae.likelihoods.normal import Normal
from keras_vae.likelihoods.optimal_normal import OptimalNormal
from keras_vae.likelihoods.ordinal import Ordinal
from keras_vae.likelihoods.poisson import Poisson
from keras_vae.likelihoods.shared_normal import SharedNormal
from keras_vae.likelihoods.student_t import StudentT
from keras_vae.likelihoods.truncated_normal import TruncatedNormal
from keras_vae.likelihoods.von_mises import VonMises
from keras_vae.likelihoods.zero_inflated_negative_binomial import ZeroInflatedNegativeBinomial
from keras_vae.parts import lookup

#: the likelihoods known by name, in the order of the README; a new one is a line here
MEMBERS = [
    Bernoulli,
    ContinuousBernoulli,
    Normal,
    SharedNormal,
    HeteroscedasticNormal,
    OptimalNormal,
    Laplace,
    StudentT,
    LogCosh,
    DiscretizedLogistic,
    Categorical,
    MixtureOfDiscretizedLogistics,
    Ordinal,
    Poisson,
    NegativeBinomial,
    ZeroInflatedNegativeBinomial,
    Multinomial,
    Gamma,
    LogNormal,
    Beta,
    TruncatedNormal,
    VonMises,
    MSSSIM,
]

__all__ = [*(member.__name__ for member in MEMBERS), "Mixed", "ModewiseNormal", "Likelihood", "get"]


def get(identifier: Any) -> Any:
    """A likelihood from its name (such as `"shared_normal"`) or an instance."""
    return lookup(identifier, MEMBERS, "likelihood", Likelihood)
