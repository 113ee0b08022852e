"""VAE with planar flows (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class PlanarVAE(VAE):
    """Fully connected VAE whose posterior is bent by planar flows that the encoder parametrises.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `32`.
        num_flows: int, number of flows. Defaults to `10`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

    Raises:
        ValueError: if `num_flows` is no integer >= 1.

    Reference:
        - [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.PlanarVAE(x.shape[1:], latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.posterior_layer.num_flows
    4
    """

    def __init__(
        self,
        data_shape,
        latent_dim=32,
        num_flows=10,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.Planar(num_flows)
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
            likelihood,
            hidden,
            posterior=posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
