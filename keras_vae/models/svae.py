"""Hyperspherical VAE (Davidson et al., 2018), arxiv.org/abs/1804.00891."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class SVAE(VAE):
    """Fully connected VAE with latents on the unit sphere: von Mises-Fisher, and a uniform prior.

    `encode` gives mean directions; a latent is a unit vector of `latent_dim` numbers.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int >= 2, numbers in a latent, which lies on the sphere S^(latent_dim - 1). The
            tables of Davidson et al. count the sphere's dimension, one less: their d = 2 is
            `latent_dim=3`. Defaults to `11`, their d = 10.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(256, 128)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Reference:
        - [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SVAE(x.shape[1:], latent_dim=3, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 3)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=11,
        hidden=(256, 128),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.VonMisesFisher()
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            prior="hyperspherical_uniform",
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
