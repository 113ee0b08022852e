"""Variational Renyi autoencoder (Li and Turner, 2016), arxiv.org/abs/1602.02311."""

from typing import Unpack

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class VRVAE(Paper):
    """VAE trained on the variational Renyi bound.

    `alpha` goes from the importance weighted bound at 0 to the ELBO at 1.

    Args:
        alpha: float. Defaults to `0.5`.
        num_samples: int, draws of z for each example. Defaults to `50`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Li and Turner, 2016](https://arxiv.org/abs/1602.02311)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.VRVAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
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
        alpha: float = 0.5,
        num_samples: int = 50,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape, latent_dim, fixed={"objective": objectives.VR(alpha, num_samples)}, **kwargs
        )
