"""Autoencoder (Hinton and Salakhutdinov, 2006), doi.org/10.1126/science.1127647."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class Autoencoder(VAE):
    """Fully connected autoencoder: codes without noise, and nothing that ties them to the prior.

    So `generate`, which decodes draws of the prior, gives what no code looks like.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `8`.
        l2: float >= 0, weight of the codes' squares. Defaults to `0.0`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"normal"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if `l2` is negative.

    Reference:
        - [Hinton and Salakhutdinov, 2006](https://doi.org/10.1126/science.1127647)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.Autoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=8,
        l2=0.0,
        hidden=(512, 256),
        activation="relu",
        likelihood="normal",
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
            posterior="deterministic",
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior="deterministic",
            likelihood=likelihood,
            objective=objectives.Reconstruction(l2),
            dtype=dtype,
            **kwargs,
        )
