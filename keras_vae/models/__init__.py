"""Models: `VAE`, which joins the parts, and one thin class a paper."""

from keras_vae.models.adversarial_autoencoder import AdversarialAutoencoder
from keras_vae.models.annealed_vae import AnnealedVAE
from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.bernoulli_vae import BernoulliVAE
from keras_vae.models.beta_tcvae import BetaTCVAE
from keras_vae.models.beta_vae import BetaVAE
from keras_vae.models.ciwae import CIWAE
from keras_vae.models.conv_vae import ConvVAE
from keras_vae.models.denoising_autoencoder import DenoisingAutoencoder
from keras_vae.models.dip_vae import DIPVAE
from keras_vae.models.factor_vae import FactorVAE
from keras_vae.models.gaussian_vae import GaussianVAE
from keras_vae.models.info_vae import InfoVAE
from keras_vae.models.iwae import IWAE
from keras_vae.models.miwae import MIWAE
from keras_vae.models.piwae import PIWAE
from keras_vae.models.rae import RAE
from keras_vae.models.sliced_wae import SlicedWAE
from keras_vae.models.sparse_autoencoder import SparseAutoencoder
from keras_vae.models.vae import VAE
from keras_vae.models.vrvae import VRVAE
from keras_vae.models.wae import WAE

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
    "BetaTCVAE",
    "DIPVAE",
    "FactorVAE",
    "AnnealedVAE",
    "InfoVAE",
    "WAE",
    "SlicedWAE",
    "AdversarialAutoencoder",
    "Autoencoder",
    "DenoisingAutoencoder",
    "SparseAutoencoder",
    "RAE",
]
