"""Autoencoder of a mean of importance weighted bounds (Rainforth et al., 2018)."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class MIWAE(VAE):
    """Fully connected VAE trained on the mean of several importance weighted bounds.

    Of the same number of draws as an `IWAE`, it makes a looser bound whose encoder learns with less
    noise. Not the model for missing data of the same name (Mattei and Frellsen, 2019).

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `50`.
        num_estimates: int, bounds that are averaged. Defaults to `8`.
        num_samples: int, draws of each bound. Defaults to `8`.
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
        - [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.MIWAE(x.shape[1:], latent_dim=4, num_samples=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> sorted(history.history)
    ['kl', 'loss', 'reconstruction']
    """

    def __init__(
        self,
        data_shape,
        latent_dim=50,
        num_estimates=8,
        num_samples=8,
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
            objective=objectives.MIWAE(num_estimates, num_samples),
            dtype=dtype,
            **kwargs,
        )
