"""VAE with inverse autoregressive flows (Kingma et al., 2016), arxiv.org/abs/1606.04934."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class IAFVAE(VAE):
    """Fully connected VAE whose posterior is bent by inverse autoregressive flows.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `32`.
        num_flows: int, number of flows. Defaults to `4`.
        context_dim: int, length of the vector that the encoder gives the flows. Defaults to `64`.
        flow_hidden: tuple of int, widths of the layers in each flow's network. Defaults to
            `(128, 128)`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.IAFVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> len(vae.posterior_layer.networks)
    2
    """

    def __init__(
        self,
        data_shape,
        latent_dim=32,
        num_flows=4,
        context_dim=64,
        flow_hidden=(128, 128),
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.IAF(num_flows, context_dim, flow_hidden)
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
