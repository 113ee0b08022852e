"""Models: `VAE`, which joins the parts, and one thin class a paper."""

from keras_vae.models.bernoulli_vae import BernoulliVAE
from keras_vae.models.beta_vae import BetaVAE
from keras_vae.models.binary_vae import BinaryVAE
from keras_vae.models.categorical_vae import CategoricalVAE
from keras_vae.models.conv_vae import ConvVAE
from keras_vae.models.fsq_vae import FSQVAE
from keras_vae.models.gaussian_vae import GaussianVAE
from keras_vae.models.lfq_vae import LFQVAE
from keras_vae.models.poincare_vae import PoincareVAE
from keras_vae.models.power_spherical_vae import PowerSphericalVAE
from keras_vae.models.residual_vqvae import ResidualVQVAE
from keras_vae.models.svae import SVAE
from keras_vae.models.vae import VAE
from keras_vae.models.vqvae import VQVAE

__all__ = [
    "VAE",
    "BernoulliVAE",
    "GaussianVAE",
    "ConvVAE",
    "BetaVAE",
    "SVAE",
    "PowerSphericalVAE",
    "PoincareVAE",
    "CategoricalVAE",
    "BinaryVAE",
    "VQVAE",
    "ResidualVQVAE",
    "FSQVAE",
    "LFQVAE",
]
