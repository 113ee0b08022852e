"""Models: `VAE`, which joins the parts, and one thin class a paper."""

from keras_vae.models.adversarial_autoencoder import AdversarialAutoencoder
from keras_vae.models.annealed_vae import AnnealedVAE
from keras_vae.models.autoencoder import Autoencoder
from keras_vae.models.bernoulli_vae import BernoulliVAE
from keras_vae.models.beta_tcvae import BetaTCVAE
from keras_vae.models.beta_vae import BetaVAE
from keras_vae.models.binary_vae import BinaryVAE
from keras_vae.models.categorical_vae import CategoricalVAE
from keras_vae.models.ciwae import CIWAE
from keras_vae.models.conditional_vae import ConditionalVAE
from keras_vae.models.conv_vae import ConvVAE
from keras_vae.models.denoising_autoencoder import DenoisingAutoencoder
from keras_vae.models.dip_vae import DIPVAE
from keras_vae.models.factor_vae import FactorVAE
from keras_vae.models.fsq_vae import FSQVAE
from keras_vae.models.gaussian_vae import GaussianVAE
from keras_vae.models.hierarchical_vae import HierarchicalVAE
from keras_vae.models.iaf_vae import IAFVAE
from keras_vae.models.info_vae import InfoVAE
from keras_vae.models.iwae import IWAE
from keras_vae.models.lfq_vae import LFQVAE
from keras_vae.models.maf_prior_vae import MAFPriorVAE
from keras_vae.models.miwae import MIWAE
from keras_vae.models.piwae import PIWAE
from keras_vae.models.planar_vae import PlanarVAE
from keras_vae.models.poincare_vae import PoincareVAE
from keras_vae.models.power_spherical_vae import PowerSphericalVAE
from keras_vae.models.radial_vae import RadialVAE
from keras_vae.models.rae import RAE
from keras_vae.models.real_nvp_prior_vae import RealNVPPriorVAE
from keras_vae.models.residual_vqvae import ResidualVQVAE
from keras_vae.models.semi_supervised_vae import SemiSupervisedVAE
from keras_vae.models.sliced_wae import SlicedWAE
from keras_vae.models.sparse_autoencoder import SparseAutoencoder
from keras_vae.models.svae import SVAE
from keras_vae.models.sylvester_vae import SylvesterVAE
from keras_vae.models.two_layer_vae import TwoLayerVAE
from keras_vae.models.vade import VaDE
from keras_vae.models.vae import VAE
from keras_vae.models.vamp_vae import VampVAE
from keras_vae.models.vqvae import VQVAE
from keras_vae.models.vrvae import VRVAE
from keras_vae.models.wae import WAE

__all__ = [
    "VAE",
    "BernoulliVAE",
    "GaussianVAE",
    "ConvVAE",
    "BetaVAE",
    "ConditionalVAE",
    "SemiSupervisedVAE",
    "VampVAE",
    "HierarchicalVAE",
    "TwoLayerVAE",
    "VaDE",
    "PlanarVAE",
    "RadialVAE",
    "SylvesterVAE",
    "IAFVAE",
    "RealNVPPriorVAE",
    "MAFPriorVAE",
    "SVAE",
    "PowerSphericalVAE",
    "PoincareVAE",
    "CategoricalVAE",
    "BinaryVAE",
    "VQVAE",
    "ResidualVQVAE",
    "FSQVAE",
    "LFQVAE",
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
