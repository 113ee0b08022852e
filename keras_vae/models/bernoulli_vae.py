"""VAE with a Bernoulli likelihood (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras_vae import likelihoods
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class BernoulliVAE(VAE):
    """Fully connected VAE for binary data, or data in [0, 1] under cross-entropy.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `2`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

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

    def __init__(
        self,
        data_shape,
        latent_dim=2,
        hidden=(512, 256),
        activation="relu",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.Bernoulli()
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(encoder, decoder, likelihood=likelihood, dtype=dtype, **kwargs)
