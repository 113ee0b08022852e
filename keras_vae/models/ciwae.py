"""Autoencoder of a combination of two bounds (Rainforth et al., 2018)."""

from typing import Unpack

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class CIWAE(Paper):
    """VAE trained on a mix of the ELBO and the importance weighted bound.

    The ELBO's share keeps the encoder's gradient above its noise.

    Args:
        num_samples: int, draws of z for each example. Defaults to `64`.
        beta: float in [0, 1], the ELBO's share. Defaults to `0.5`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.CIWAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
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
        num_samples: int = 64,
        beta: float = 0.5,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.CIWAE(num_samples, beta)},
            **kwargs,
        )
