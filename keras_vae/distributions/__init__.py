"""Distributions: named tuples of tensors that score, draw and compare."""

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.continuous_bernoulli import ContinuousBernoulli
from keras_vae.distributions.discretized_logistic import DiscretizedLogistic
from keras_vae.distributions.events import draw
from keras_vae.distributions.hyperbolic_secant import HyperbolicSecant
from keras_vae.distributions.kl import elementwise_kl, has_closed_form, kl_divergence
from keras_vae.distributions.laplace import Laplace
from keras_vae.distributions.logistic import Logistic
from keras_vae.distributions.mixture import Mixture
from keras_vae.distributions.normal import Normal
from keras_vae.distributions.point import Point
from keras_vae.distributions.student_t import StudentT

__all__ = [
    "Normal",
    "Laplace",
    "StudentT",
    "HyperbolicSecant",
    "Logistic",
    "Bernoulli",
    "ContinuousBernoulli",
    "Categorical",
    "DiscretizedLogistic",
    "Mixture",
    "Point",
    "draw",
    "kl_divergence",
    "elementwise_kl",
    "has_closed_form",
]
