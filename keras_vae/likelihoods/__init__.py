"""Likelihoods p(x|z): decoder outputs -> distribution over x."""

from keras_vae.likelihoods.bernoulli import Bernoulli
from keras_vae.likelihoods.categorical import Categorical
from keras_vae.likelihoods.continuous_bernoulli import ContinuousBernoulli
from keras_vae.likelihoods.discretized_logistic import DiscretizedLogistic
from keras_vae.likelihoods.heteroscedastic_normal import HeteroscedasticNormal
from keras_vae.likelihoods.laplace import Laplace
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_cosh import LogCosh
from keras_vae.likelihoods.ms_ssim import MSSSIM
from keras_vae.likelihoods.normal import Normal
from keras_vae.likelihoods.optimal_normal import OptimalNormal
from keras_vae.likelihoods.shared_normal import SharedNormal
from keras_vae.likelihoods.student_t import StudentT
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
    MSSSIM,
]

__all__ = [*(member.__name__ for member in MEMBERS), "Likelihood", "get"]


def get(identifier):
    """A likelihood from its name (such as `"shared_normal"`) or an instance."""
    return lookup(identifier, MEMBERS, "likelihood", Likelihood)
