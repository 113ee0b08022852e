"""Importance weighted autoencoder (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from typing import Unpack

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class IWAE(Paper):
    """VAE trained on the importance weighted bound of many draws.

    The bound is tighter than the ELBO, and the true posterior need not be as simple as the family
    that the draws come from.

    Args:
        num_samples: int, draws of z for each example. Defaults to `50`.
        gradient: `"standard"`, `"stl"` or `"dreg"`, how the encoder's gradient is estimated: see
            `keras_vae.objectives.IWAE`. Defaults to `"standard"`, the paper's.

    Raises:
        ValueError: if `num_samples` is no integer >= 1 or `gradient` is unknown.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        - [Tucker et al., 2018](https://arxiv.org/abs/1810.04152), `"dreg"`

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.IWAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
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
        num_samples: int = 50,
        gradient: str = "standard",
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.IWAE(num_samples, gradient)},
            **kwargs,
        )
