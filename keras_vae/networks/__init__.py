"""Encoders and decoders: builders of Keras functional models, tensors -> tensors.

A network knows no probability. Its outputs are named and shaped by `output_shapes`, as the
posterior or likelihood that reads them wants them.
"""

from keras_vae.networks.adapted import Corrupted, OnBall, WithHoles
from keras_vae.networks.architectures import MLP, Conv, Gated, Pair, Residual, get
from keras_vae.networks.autoregressive import (
    MaskedConv2D,
    Positions,
    causal_transformer,
    pixel_cnn,
)
from keras_vae.networks.code_levels import (
    code_level_network,
    code_levels_decoder,
    code_levels_encoder,
    code_levels_pixel_cnn,
)
from keras_vae.networks.convolutional import conv_decoder, conv_encoder
from keras_vae.networks.corruption import Corruption
from keras_vae.networks.counts import LogCounts, LogShares, OfCounts
from keras_vae.networks.deep_compression import DeepCompression
from keras_vae.networks.discriminators import discriminator
from keras_vae.networks.divisible_sides import DivisibleSides
from keras_vae.networks.feature_maps import map_decoder, map_encoder, map_shape
from keras_vae.networks.gated import GatedDense, gated_mlp
from keras_vae.networks.gated_pixel_cnn import gated_pixel_cnn
from keras_vae.networks.ladder import LadderTopDown
from keras_vae.networks.ladder_network import Ladder
from keras_vae.networks.latent_diffusion import LatentDiffusion
from keras_vae.networks.levels import Levels
from keras_vae.networks.masked_transformer import masked_transformer
from keras_vae.networks.mlp import mlp
from keras_vae.networks.network import Network
from keras_vae.networks.perceptual import feature_network, vgg16_features
from keras_vae.networks.poincare import BallToTangent
from keras_vae.networks.residual import residual_decoder, residual_encoder
from keras_vae.networks.spatial_attention import SpatialAttention
from keras_vae.networks.taesd import TAESD
from keras_vae.networks.top_down import TopDown
from keras_vae.networks.topics import LogLinearTopics, ProductOfExperts
from keras_vae.networks.two_level import (
    bottom_level,
    gated_merge,
    two_level_decoder,
    two_level_encoder,
)
from keras_vae.networks.very_deep import ChannelScale, LearnedMap, VeryDeepTopDown
from keras_vae.networks.very_deep_network import VeryDeep

__all__ = [
    "MLP",
    "Gated",
    "Conv",
    "Residual",
    "LatentDiffusion",
    "TAESD",
    "Ladder",
    "VeryDeep",
    "DeepCompression",
    "Pair",
    "Network",
    "get",
    "mlp",
    "GatedDense",
    "gated_mlp",
    "two_level_encoder",
    "gated_merge",
    "two_level_decoder",
    "bottom_level",
    "Levels",
    "TopDown",
    "LadderTopDown",
    "VeryDeepTopDown",
    "LearnedMap",
    "ChannelScale",
    "conv_encoder",
    "conv_decoder",
    "residual_encoder",
    "residual_decoder",
    "map_encoder",
    "map_decoder",
    "map_shape",
    "code_levels_encoder",
    "code_level_network",
    "code_levels_decoder",
    "code_levels_pixel_cnn",
    "pixel_cnn",
    "gated_pixel_cnn",
    "causal_transformer",
    "masked_transformer",
    "MaskedConv2D",
    "Positions",
    "SpatialAttention",
    "DivisibleSides",
    "discriminator",
    "feature_network",
    "vgg16_features",
    "BallToTangent",
    "Corruption",
    "Corrupted",
    "OnBall",
    "WithHoles",
    "LogCounts",
    "LogShares",
    "OfCounts",
    "LogLinearTopics",
    "ProductOfExperts",
]
