"""Partially importance weighted autoencoder (Rainforth et al., 2018)."""

from typing import Unpack

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class PIWAE(Paper):
    """VAE whose decoder follows one tight bound and whose encoder follows many.

    The decoder's gradient is that of `IWAE` with all draws, the encoder's that of `MIWAE`.

    Args:
        num_estimates: int, bounds that the encoder follows. Defaults to `8`.
        num_samples: int, draws of each of them. Defaults to `8`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.PIWAE(x.shape[1:], latent_dim=4, num_samples=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> sorted(history.history)
    ['elbo', 'kl', 'loss', 'reconstruction']
    """

    family = "importance-weighted"
    defaults = {"network": networks.MLP((200, 200), activation="tanh")}
    fixes = {"objective": "the bound is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 50,
        num_estimates: int = 8,
        num_samples: int = 8,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.PIWAE(num_estimates, num_samples)},
            **kwargs,
        )
