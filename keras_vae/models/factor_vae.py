"""FactorVAE (Kim and Mnih, 2018), arxiv.org/abs/1802.05983."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts, Shape


class FactorVAE(Paper, family="disentangled"):
    """VAE with a discriminator that measures how far latents are from independent.

    Both players learn in one step with one optimizer. The discriminator serves training alone:
    encoding, reconstruction and generation do without it.

    Args:
        gamma: float >= 0, weight of the total correlation. Defaults to `10.0`.
        discriminator_hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000, 1000, 1000, 1000)`.

    Reference: [Kim and Mnih, 2018](https://arxiv.org/abs/1802.05983)

    >>> vae = keras_vae.models.FactorVAE(
    ...     x.shape[1:], latent_dim=4, hidden=(64,), discriminator_hidden=(32, 32)
    ... )
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "the discriminator is the idea of the paper"}

    def own_parts(self, gamma: float = 10.0, discriminator_hidden: Shape = (1000,) * 5) -> Parts:
        return Parts(objective=objectives.FactorVAE(gamma, discriminator_hidden))
