"""Densities fitted to a model's latents after training, to generate from."""

from keras_vae.samplers.aggregate_posterior import AggregatePosterior
from keras_vae.samplers.flow_matching import FlowMatching
from keras_vae.samplers.gaussian_mixture import GaussianMixture
from keras_vae.samplers.kde import KDE
from keras_vae.samplers.maf import MAF
from keras_vae.samplers.prior import Prior
from keras_vae.samplers.real_nvp import RealNVP
from keras_vae.samplers.sampler import Sampler, load
from keras_vae.samplers.two_stage_vae import TwoStageVAE
from keras_vae.samplers.vamp_pseudo_inputs import VampPseudoInputs

__all__ = [
    "Prior",
    "GaussianMixture",
    "KDE",
    "MAF",
    "RealNVP",
    "FlowMatching",
    "TwoStageVAE",
    "VampPseudoInputs",
    "AggregatePosterior",
    "Sampler",
    "load",
]
