"""The autoencoder of latent diffusion (Rombach et al., 2022), arxiv.org/abs/2112.10752."""

from typing import Any

from keras_vae import networks
from keras_vae.models.paper import Paper, Shape
from keras_vae.models.scaled_latents import ScaledLatents
from keras_vae.objectives import ELBO, Objective


class AutoencoderKL(ScaledLatents, Paper, family="latent-diffusion"):
    """Autoencoder of latent diffusion: a map of latents, kept near N(0, 1) by a very small KL.

    `keras_vae.VAE.from_preset("hf://stabilityai/sd-vae-ft-mse")` gives one with the weights of
    Stable Diffusion. Images have values in [-1, 1], unless `image_range` says another range.

    The paper trains with a perceptual and an adversarial loss besides, which are those of
    `objective=objectives.Adversarial(objectives.Perceptual(features))`.

    Args:
        data_shape: tuple, (height, width, channels) of an image. Height and width may be `None`:
            the model then takes images of every size that the strides of its network divide.
        latent_dim: int, channels of a latent. Defaults to `4`.
        beta: float >= 0, weight of the KL, unless `objective` is another one. Defaults to `1e-6`.
        scaling_factor: float > 0, by which a diffusion model multiplies latents, see `encode`.
            Defaults to `0.18215`.
        shift_factor: float, which a diffusion model subtracts before. Defaults to `0.0`.
        objective: name or `keras_vae.objectives.Objective`. Defaults to `None`, `ELBO(beta)`.

    Reference: [Rombach et al., 2022](https://arxiv.org/abs/2112.10752)

    >>> network = keras_vae.networks.LatentDiffusion((8, 8), groups=4, image_range=(0, 1))
    >>> vae = keras_vae.models.AutoencoderKL(x.shape[1:], network=network)
    >>> vae.encode(x[:3], scaled=True).shape
    (3, 4, 4, 4)
    """

    defaults = {
        "latent_dim": 4,
        "network": networks.LatentDiffusion(),
        "likelihood": "laplace",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int | Shape = 4,
        beta: float = 1e-6,
        scaling_factor: float = 0.18215,
        shift_factor: float = 0.0,
        objective: str | Objective | None = None,
        **kwargs: Any,
    ) -> None:
        own = ELBO(beta=beta) if objective is None else objective
        super().__init__(data_shape, latent_dim, objective=own, **kwargs)
        self.set_scale(scaling_factor, shift_factor)
