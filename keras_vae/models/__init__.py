"""Models: `VAE`, which joins the parts, and one thin class a paper."""

from keras_vae.models.bernoulli_vae import BernoulliVAE
from keras_vae.models.beta_vae import BetaVAE
from keras_vae.models.conditional_vae import ConditionalVAE
from keras_vae.models.conv_vae import ConvVAE
from keras_vae.models.gaussian_vae import GaussianVAE
from keras_vae.models.semi_supervised_vae import SemiSupervisedVAE
from keras_vae.models.vade import VaDE
from keras_vae.models.vae import VAE
from keras_vae.models.vamp_vae import VampVAE

__all__ = [
    "VAE",
    "BernoulliVAE",
    "GaussianVAE",
    "ConvVAE",
    "BetaVAE",
    "ConditionalVAE",
    "SemiSupervisedVAE",
    "VampVAE",
    "VaDE",
]
