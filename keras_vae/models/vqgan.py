"""VQGAN (Esser et al., 2021), arxiv.org/abs/2012.09841."""

import dataclasses

import keras

from keras_vae import networks
from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.objectives import Adversarial, Perceptual, Quantized
from keras_vae.posteriors import VectorQuantizer


class VQGAN(QuantizedPaper, family="adversarial"):
    """VQ-VAE whose reconstructions a discriminator of patches cannot tell from images.

    `fit_prior` trains the transformer over its codes.

    Args:
        latent_dim: int, channels of each vector. Defaults to `256`.
        num_codes: int, of the codebook. Defaults to `1024`.
        features: `keras.Model` from images to maps of features, in which the paper compares images
            too, see `objectives.Perceptual`; such as `networks.vgg16_features()`. Defaults to
            `None`: without them.
        perceptual_weight: float >= 0. Defaults to `1.0`.
        discriminator_weight: float >= 0, which multiplies the ratio of gradients. Defaults to
            `0.8`.
        discriminator_start: int >= 0, steps before the discriminator comes in. Defaults to `0`.
        discriminator_filters: int, channels of its first layer. Defaults to `64`.
        discriminator_stages: int, its layers of stride 2. Defaults to `3`.
        discriminator_loss: `"hinge"`, `"non_saturating"` or `"least_squares"`. Defaults to
            `"hinge"`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        ema: bool, whether the codebook is a running average of the vectors it stands for, as in
            later versions of VQ-VAE; else it learns by gradient. Defaults to `False`.

    Reference: [Esser et al., 2021](https://arxiv.org/abs/2012.09841)

    >>> network = keras_vae.networks.LatentDiffusion((8, 8), groups=4, image_range=(0, 1))
    >>> small = {"discriminator_filters": 8, "discriminator_stages": 1}
    >>> vae = keras_vae.models.VQGAN(x.shape[1:], 4, num_codes=16, network=network, **small)
    >>> vae.encode_indices(x[:3]).shape
    (3, 4, 4)
    """

    defaults = {
        "latent_dim": 256,
        "network": networks.LatentDiffusion(),
        "prior": "code_transformer",
        "likelihood": "laplace",
    }
    fixes = {
        "posterior": "the quantizer is an idea of the paper",
        "objective": "the discriminator is the idea of the paper",
    }

    def own_parts(
        self,
        num_codes: int = 1024,
        features: keras.Model | None = None,
        perceptual_weight: float = 1.0,
        discriminator_weight: float = 0.8,
        discriminator_start: int = 0,
        discriminator_filters: int = 64,
        discriminator_stages: int = 3,
        discriminator_loss: str = "hinge",
        commitment_weight: float = 0.25,
        ema: bool = False,
    ) -> Parts:
        base: Quantized | Perceptual = Quantized(commitment_weight)
        if features is not None:
            base = Perceptual(features, base, perceptual_weight)
        objective = Adversarial(
            base,
            discriminator_weight,
            loss=discriminator_loss,
            start=discriminator_start,
            filters=discriminator_filters,
            stages=discriminator_stages,
        )
        return dataclasses.replace(code_parts(VectorQuantizer(num_codes, ema)), objective=objective)
