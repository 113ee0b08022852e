"""How probable a model holds data to be."""

from keras_vae.evaluation.likelihood.annealed import annealed_log_likelihood
from keras_vae.evaluation.likelihood.bits import bits_per_dimension
from keras_vae.evaluation.likelihood.calibration import Calibration, calibration
from keras_vae.evaluation.likelihood.elbo import ELBO, elbo
from keras_vae.evaluation.likelihood.importance import log_likelihood
from keras_vae.evaluation.likelihood.rate_distortion import RateDistortion, rate_distortion

__all__ = [
    "log_likelihood",
    "annealed_log_likelihood",
    "bits_per_dimension",
    "ELBO",
    "elbo",
    "RateDistortion",
    "rate_distortion",
    "Calibration",
    "calibration",
]
