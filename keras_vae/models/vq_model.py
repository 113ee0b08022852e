"""Latent diffusion's autoencoder with codes (Rombach et al., 2022), arxiv.org/abs/2112.10752."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Shape
from keras_vae.models.quantized_vae import QuantizedPaper
from keras_vae.models.scaled_latents import ScaledLatents
from keras_vae.objectives import Quantized
from keras_vae.posteriors import VectorQuantizer


class VQModel(ScaledLatents, QuantizedPaper, family="latent-diffusion"):
    """Autoencoder of latent diffusion whose latent is a map of codes from a learned codebook.

    `keras_vae.VAE.from_preset` gives one with the weights of a `VQModel` of the diffusers library.
    Images have values in [-1, 1], unless `image_range` says another range.

    Args:
        data_shape: tuple, (height, width, channels) of an image. Height and width may be `None`:
            the model then takes images of every size that the strides of its network divide.
        latent_dim: int, channels of a code's vector. Defaults to `3`.
        num_codes: int, of the codebook. Defaults to `256`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        restart_below: float >= 0, codes with less than this part of the average share are replaced
            in training; 0 replaces none. Defaults to `0.1`.
        scaling_factor: float > 0, by which a diffusion model multiplies latents, see `encode`.
            Defaults to `0.18215`.
        shift_factor: float, which a diffusion model subtracts before. Defaults to `0.0`.

    Reference: [Rombach et al., 2022](https://arxiv.org/abs/2112.10752), its VQ-regularized
        autoencoder, without the perceptual and the adversarial loss of its training

    >>> network = keras_vae.networks.LatentDiffusion((8, 8), groups=4, image_range=(0, 1))
    >>> vae = keras_vae.models.VQModel(x.shape[1:], num_codes=16, network=network)
    >>> vae.encode_indices(x[:3]).shape
    (3, 4, 4)
    """

    defaults = {
        "latent_dim": 3,
        "network": networks.LatentDiffusion(),
        "likelihood": "laplace",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 3,
        num_codes: int = 256,
        commitment_weight: float = 0.25,
        restart_below: float = 0.1,
        scaling_factor: float = 0.18215,
        shift_factor: float = 0.0,
        **kwargs: Any,
    ) -> None:
        quantizer = VectorQuantizer(num_codes, ema=False, restart_below=restart_below)
        fixed = {"posterior": quantizer, "objective": Quantized(commitment_weight)}
        super().__init__(data_shape, latent_dim, fixed=fixed, **kwargs)
        self.set_scale(scaling_factor, shift_factor)
