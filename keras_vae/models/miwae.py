"""Autoencoder of a mean of importance weighted bounds (Rainforth et al., 2018)."""

from typing import Unpack

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class MIWAE(Paper):
    """VAE trained on the mean of several importance weighted bounds.

    Of the same number of draws as an `IWAE`, it makes a looser bound whose encoder learns with less
    noise. Not the model for missing data of the same name (Mattei and Frellsen, 2019).

    Args:
        num_estimates: int, bounds that are averaged. Defaults to `8`.
        num_samples: int, draws of each bound. Defaults to `8`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.MIWAE(x.shape[1:], latent_dim=4, num_samples=2, hidden=(64,))
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
            fixed={"objective": objectives.MIWAE(num_estimates, num_samples)},
            **kwargs,
        )
