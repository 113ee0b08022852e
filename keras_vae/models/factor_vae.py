"""FactorVAE (Kim and Mnih, 2018), arxiv.org/abs/1802.05983."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class FactorVAE(VAE):
    """Fully connected VAE with a discriminator that measures how far latents are from independent.

    Both players learn in one step with one optimizer. The discriminator serves training alone:
    encoding, reconstruction and generation do without it.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        gamma: float >= 0, weight of the total correlation. Defaults to `10.0`.
        discriminator_hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000, 1000, 1000, 1000)`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kim and Mnih, 2018](https://arxiv.org/abs/1802.05983)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.FactorVAE(
    ...     x.shape[1:], latent_dim=4, hidden=(64,), discriminator_hidden=(32, 32)
    ... )
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        gamma=10.0,
        discriminator_hidden=(1000,) * 5,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            posterior=kwargs.get("posterior", "normal"),
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            likelihood=likelihood,
            objective=objectives.FactorVAE(gamma, discriminator_hidden),
            dtype=dtype,
            **kwargs,
        )
