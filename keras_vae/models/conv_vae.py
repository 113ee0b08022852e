"""Convolutional VAE (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from typing import Unpack

from keras_vae import networks
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class ConvVAE(Paper):
    """Convolutional VAE for images of any size, with or without a channel axis.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.ConvVAE(x.shape[1:], filters=(8, 8), strides=(1, 2))
    >>> vae.compile("adam")
    >>> history = vae.fit(x[:64], epochs=1, verbose=0)
    >>> vae.generate(3, seed=0).shape
    (3, 8, 8)
    """

    family = "basics"
    defaults = {"network": networks.Conv((32, 64, 64, 64), strides=(1, 2, 1, 1), dense=(32,))}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 4,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(data_shape, latent_dim, **kwargs)
