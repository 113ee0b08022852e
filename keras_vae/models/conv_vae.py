"""Convolutional VAE (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras_vae import likelihoods
from keras_vae.models.pairs import conv_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class ConvVAE(VAE):
    """Convolutional VAE for images of any size, with or without a channel axis.

    Args:
        data_shape: tuple of int, (height, width) or (height, width, channels).
        latent_dim: int. Defaults to `4`.
        filters: tuple of int, of the encoder's convolutions; the decoder mirrors them. Defaults to
            `(32, 64, 64, 64)`.
        strides: tuple of int, of the same length. Defaults to `(1, 2, 1, 1)`.
        kernel_size: int. Defaults to `3`.
        pooling: `None`, `"max"` or `"average"`: pool where the stride is 2. Defaults to `None`.
        batch_norm: bool. Defaults to `False`.
        activation: name or function. Defaults to `"relu"`.
        dense: tuple of int, widths of the layers between image and latent. Defaults to `(32,)`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

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

    def __init__(
        self,
        data_shape,
        latent_dim=4,
        filters=(32, 64, 64, 64),
        strides=(1, 2, 1, 1),
        kernel_size=3,
        pooling=None,
        batch_norm=False,
        activation="relu",
        dense=(32,),
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        encoder, decoder = conv_pair(
            data_shape,
            latent_dim,
            likelihood,
            filters=filters,
            strides=strides,
            kernel_size=kernel_size,
            pooling=pooling,
            batch_norm=batch_norm,
            activation=activation,
            dense=dense,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(encoder, decoder, likelihood=likelihood, dtype=dtype, **kwargs)
