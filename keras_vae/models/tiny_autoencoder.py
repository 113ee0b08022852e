"""Small autoencoder of latent diffusion's latents (Bohan, 2023), github.com/madebyollin/taesd."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Paper, Shape
from keras_vae.models.scaled_latents import ScaledLatents
from keras_vae.objectives import Reconstruction


class TinyAutoencoder(ScaledLatents, Paper, family="latent-diffusion"):
    """Autoencoder of 2.4 million weights whose latents a trained diffusion model understands.

    `keras_vae.VAE.from_preset("hf://madebyollin/taesd")` gives one with the weights for Stable
    Diffusion. Those were distilled from its autoencoder, see `AutoencoderKL`. Images have values
    in [-1, 1], unless `image_range` says another range.

    Args:
        data_shape: tuple, (height, width, channels) of an image. Height and width may be `None`:
            the model then takes images of every size that the strides of its network divide.
        latent_dim: int, channels of a latent. Defaults to `4`.
        l2: float >= 0, weight of the latents' squares. Defaults to `0.0`.
        scaling_factor: float > 0, by which a diffusion model multiplies latents, see `encode`.
            Defaults to `1.0`: the latents are scaled already.
        shift_factor: float, which a diffusion model subtracts before. Defaults to `0.0`.

    Reference: [Bohan, 2023](https://github.com/madebyollin/taesd)

    >>> network = keras_vae.networks.TAESD(8, blocks=(1, 1), image_range=(0, 1))
    >>> vae = keras_vae.models.TinyAutoencoder(x.shape[1:], network=network)
    """

    defaults = {"latent_dim": 4, "network": networks.TAESD(), "likelihood": "normal"}
    fixes = {
        "posterior": "its encoder gives one latent, without noise",
        "objective": "nothing but the reconstruction is learned",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int | Shape = 4,
        l2: float = 0.0,
        scaling_factor: float = 1.0,
        shift_factor: float = 0.0,
        **kwargs: Any,
    ) -> None:
        fixed = {"posterior": "deterministic", "objective": Reconstruction(l2)}
        super().__init__(data_shape, latent_dim, fixed=fixed, **kwargs)
        self.set_scale(scaling_factor, shift_factor)
