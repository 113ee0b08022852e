"""VAE with a Bernoulli likelihood (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from typing import Unpack

from keras_vae import likelihoods
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class BernoulliVAE(Paper):
    """VAE for binary data, or data in [0, 1] under cross-entropy.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BernoulliVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 2)
    """

    family = "basics"
    fixes = {"likelihood": "it is a VAE for binary data"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 2,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape, latent_dim, fixed={"likelihood": likelihoods.Bernoulli()}, **kwargs
        )
