"""VAE with an autoregressive flow prior (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from keras_vae import likelihoods, priors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class MAFPriorVAE(VAE):
    """Fully connected VAE with a masked autoregressive flow as its prior, learned together with it.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `32`.
        num_flows: int, number of the prior's steps. Defaults to `5`.
        flow_hidden: tuple of int, widths of the layers in each step's network. Defaults to
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
        - [Papamakarios et al., 2017](https://arxiv.org/abs/1705.07057), the flow
        - [Chen et al., 2016](https://arxiv.org/abs/1611.02731), such a flow as the prior of a VAE

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.MAFPriorVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.prior_layer.num_flows
    2
    """

    def __init__(
        self,
        data_shape,
        latent_dim=32,
        num_flows=5,
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
            prior=priors.MAF(num_flows, flow_hidden),
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
