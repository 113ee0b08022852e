"""Models: `VAE`, which joins the parts, and one small class for each paper."""

from keras_vae.models.adversarial_autoencoder import (
    AdversarialAutoencoder as AdversarialAutoencoder,
)
from keras_vae.models.annealed_vae import AnnealedVAE as AnnealedVAE
from keras_vae.models.autoencoder import Autoencoder as Autoencoder
from keras_vae.models.autoencoder_dc import AutoencoderDC as AutoencoderDC
from keras_vae.models.autoencoder_kl import AutoencoderKL as AutoencoderKL
from keras_vae.models.bernoulli_vae import BernoulliVAE as BernoulliVAE
from keras_vae.models.beta_tcvae import BetaTCVAE as BetaTCVAE
from keras_vae.models.beta_vae import BetaVAE as BetaVAE
from keras_vae.models.binary_vae import BinaryVAE as BinaryVAE
from keras_vae.models.bsq_vae import BSQVAE as BSQVAE
from keras_vae.models.categorical_vae import CategoricalVAE as CategoricalVAE
from keras_vae.models.ciwae import CIWAE as CIWAE
from keras_vae.models.conditional_vae import ConditionalVAE as ConditionalVAE
from keras_vae.models.conv_vae import ConvVAE as ConvVAE
from keras_vae.models.count_vae import CountVAE as CountVAE
from keras_vae.models.denoising_autoencoder import DenoisingAutoencoder as DenoisingAutoencoder
from keras_vae.models.dip_vae import DIPVAE as DIPVAE
from keras_vae.models.exemplar_vae import ExemplarVAE as ExemplarVAE
from keras_vae.models.factor_vae import FactorVAE as FactorVAE
from keras_vae.models.fsq_vae import FSQVAE as FSQVAE
from keras_vae.models.gaussian_vae import GaussianVAE as GaussianVAE
from keras_vae.models.hierarchical_vae import HierarchicalVAE as HierarchicalVAE
from keras_vae.models.iaf_vae import IAFVAE as IAFVAE
from keras_vae.models.info_vae import InfoVAE as InfoVAE
from keras_vae.models.iwae import IWAE as IWAE
from keras_vae.models.joint_vae import JointVAE as JointVAE
from keras_vae.models.ladder_vae import LadderVAE as LadderVAE
from keras_vae.models.lfq_vae import LFQVAE as LFQVAE
from keras_vae.models.maf_prior_vae import MAFPriorVAE as MAFPriorVAE
from keras_vae.models.missing_data_vae import MissingDataVAE as MissingDataVAE
from keras_vae.models.miwae import MIWAE as MIWAE
from keras_vae.models.mult_vae import MultVAE as MultVAE
from keras_vae.models.paper import FAMILIES as FAMILIES
from keras_vae.models.paper import Paper as Paper
from keras_vae.models.paper import Parts as Parts
from keras_vae.models.paper import all_papers
from keras_vae.models.piwae import PIWAE as PIWAE
from keras_vae.models.planar_vae import PlanarVAE as PlanarVAE
from keras_vae.models.poincare_vae import PoincareVAE as PoincareVAE
from keras_vae.models.power_spherical_vae import PowerSphericalVAE as PowerSphericalVAE
from keras_vae.models.quantized_vae import QuantizedVAE as QuantizedVAE
from keras_vae.models.radial_vae import RadialVAE as RadialVAE
from keras_vae.models.rae import RAE as RAE
from keras_vae.models.real_nvp_prior_vae import RealNVPPriorVAE as RealNVPPriorVAE
from keras_vae.models.residual_vqvae import ResidualVQVAE as ResidualVQVAE
from keras_vae.models.semi_supervised_vae import SemiSupervisedVAE as SemiSupervisedVAE
from keras_vae.models.sim_vqvae import SimVQVAE as SimVQVAE
from keras_vae.models.sliced_wae import SlicedWAE as SlicedWAE
from keras_vae.models.soft_intro_vae import SoftIntroVAE as SoftIntroVAE
from keras_vae.models.sparse_autoencoder import SparseAutoencoder as SparseAutoencoder
from keras_vae.models.svae import SVAE as SVAE
from keras_vae.models.sylvester_vae import SylvesterVAE as SylvesterVAE
from keras_vae.models.tabular_vae import TabularVAE as TabularVAE
from keras_vae.models.tiny_autoencoder import TinyAutoencoder as TinyAutoencoder
from keras_vae.models.topic_vae import TopicVAE as TopicVAE
from keras_vae.models.two_layer_vae import TwoLayerVAE as TwoLayerVAE
from keras_vae.models.vade import VaDE as VaDE
from keras_vae.models.vae import VAE as VAE
from keras_vae.models.vaegan import VAEGAN as VAEGAN
from keras_vae.models.vamp_vae import VampVAE as VampVAE
from keras_vae.models.vdvae import VDVAE as VDVAE
from keras_vae.models.vq_model import VQModel as VQModel
from keras_vae.models.vqgan import VQGAN as VQGAN
from keras_vae.models.vqvae import VQVAE as VQVAE
from keras_vae.models.vqvae2 import VQVAE2 as VQVAE2
from keras_vae.models.vrvae import VRVAE as VRVAE
from keras_vae.models.wae import WAE as WAE

__all__ = ["VAE", *[paper.__name__ for paper in all_papers()]]
