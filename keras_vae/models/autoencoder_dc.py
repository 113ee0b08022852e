"""Deep compression autoencoder (Chen et al., 2024), arxiv.org/abs/2410.10733."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Paper, Shape
from keras_vae.models.scaled_latents import ScaledLatents
from keras_vae.objectives import Reconstruction


class AutoencoderDC(ScaledLatents, Paper, family="latent-diffusion"):
    """Autoencoder of few, wide latents: sides 32 times smaller where others have 8.

    `keras_vae.VAE.from_preset` gives one with the weights of SANA's. Images have values in
    [-1, 1], unless `image_range` says another range.

    Args:
        data_shape: tuple, (height, width, channels) of an image. Height and width may be `None`:
            the model then takes images of every size that the strides of its network divide.
        latent_dim: int, channels of a latent. Defaults to `32`.
        l2: float >= 0, weight of the latents' squares. Defaults to `0.0`.
        scaling_factor: float > 0, by which a diffusion model multiplies latents, see `encode`.
            Defaults to `1.0`; SANA's is 0.41407.
        shift_factor: float, which a diffusion model subtracts before. Defaults to `0.0`.

    Reference: [Chen et al., 2024](https://arxiv.org/abs/2410.10733), without the perceptual and
        the adversarial loss of its training

    >>> network = keras_vae.networks.DeepCompression((8, 16), head_dim=8, image_range=(0, 1))
    >>> vae = keras_vae.models.AutoencoderDC(x.shape[1:], latent_dim=4, network=network)
    """

    defaults = {
        "latent_dim": 32,
        "network": networks.DeepCompression(),
        "likelihood": "laplace",
    }
    fixes = {
        "posterior": "its encoder gives one latent, without noise",
        "objective": "nothing but the reconstruction is learned",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int | Shape = 32,
        l2: float = 0.0,
        scaling_factor: float = 1.0,
        shift_factor: float = 0.0,
        **kwargs: Any,
    ) -> None:
        fixed = {"posterior": "deterministic", "objective": Reconstruction(l2)}
        super().__init__(data_shape, latent_dim, fixed=fixed, **kwargs)
        self.set_scale(scaling_factor, shift_factor)
