"""Models: `VAE`, which joins the parts, and one thin class a paper."""

from keras_vae.models.bernoulli_vae import BernoulliVAE
from keras_vae.models.beta_vae import BetaVAE
from keras_vae.models.ciwae import CIWAE
from keras_vae.models.conv_vae import ConvVAE
from keras_vae.models.gaussian_vae import GaussianVAE
from keras_vae.models.iwae import IWAE
from keras_vae.models.miwae import MIWAE
from keras_vae.models.piwae import PIWAE
from keras_vae.models.vae import VAE
from keras_vae.models.vrvae import VRVAE

__all__ = [
    "VAE",
    "BernoulliVAE",
    "GaussianVAE",
    "ConvVAE",
    "BetaVAE",
    "IWAE",
    "MIWAE",
    "CIWAE",
    "PIWAE",
    "VRVAE",
]
