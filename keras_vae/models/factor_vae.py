"""FactorVAE (Kim and Mnih, 2018), arxiv.org/abs/1802.05983."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class FactorVAE(Paper):
    """VAE with a discriminator that measures how far latents are from independent.

    Both players learn in one step with one optimizer. The discriminator serves training alone:
    encoding, reconstruction and generation do without it.

    Args:
        gamma: float >= 0, weight of the total correlation. Defaults to `10.0`.
        discriminator_hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000, 1000, 1000, 1000)`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kim and Mnih, 2018](https://arxiv.org/abs/1802.05983)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.FactorVAE(
    ...     x.shape[1:], latent_dim=4, hidden=(64,), discriminator_hidden=(32, 32)
    ... )
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "disentangled"
    fixes = {"objective": "the discriminator is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        gamma: float = 10.0,
        discriminator_hidden: Shape = (1000,) * 5,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.FactorVAE(gamma, discriminator_hidden)},
            **kwargs,
        )
