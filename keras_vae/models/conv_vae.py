"""Convolutional VAE (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras_vae import networks
from keras_vae.models.paper import Paper


class ConvVAE(Paper, family="basics"):
    """Convolutional VAE for images of any size, with or without a channel axis.

    Reference: [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    >>> vae = keras_vae.models.ConvVAE(x.shape[1:], filters=(8, 8), strides=(1, 2))
    >>> history = vae.fit(x[:64], epochs=1, verbose=0)
    >>> vae.generate(3, seed=0).shape
    (3, 8, 8)
    """

    defaults = {
        "latent_dim": 4,
        "network": networks.Conv((32, 64, 64, 64), strides=(1, 2, 1, 1), dense=(32,)),
    }
