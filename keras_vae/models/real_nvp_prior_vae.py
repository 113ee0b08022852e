"""VAE with a RealNVP prior (Xu et al., 2019), arxiv.org/abs/1905.13452."""

from keras_vae import likelihoods, priors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class RealNVPPriorVAE(VAE):
    """Fully connected VAE with a RealNVP as its prior, learned together with it.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `32`.
        num_flows: int, number of the prior's couplings. Defaults to `8`.
        flow_hidden: tuple of int, widths of the layers in each coupling's network. Defaults to
            `(64, 64)`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803), the flow
        - [Xu et al., 2019](https://arxiv.org/abs/1905.13452), as the prior of a VAE

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.RealNVPPriorVAE((8, 8), latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.prior_layer.num_flows
    4
    """

    def __init__(
        self,
        data_shape,
        latent_dim=32,
        num_flows=8,
        flow_hidden=(64, 64),
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
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            prior=priors.RealNVP(num_flows, flow_hidden),
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
