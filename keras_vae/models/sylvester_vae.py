"""VAE with Sylvester flows (van den Berg et al., 2018), arxiv.org/abs/1803.05649."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class SylvesterVAE(VAE):
    """Fully connected VAE whose posterior is bent by Sylvester flows that the encoder gives.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `32`.
        kind: `"orthogonal"`, `"householder"` or `"triangular"`, see `posteriors.Sylvester`.
            Defaults to `"orthogonal"`.
        num_flows: int, number of flows. Defaults to `4`.
        num_vectors: int, of the first two kinds: columns, at most `latent_dim`, or reflections.
            Defaults to `8`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

    Raises:
        ValueError: if `kind` is unknown, or a number no integer >= 1.

    Reference:
        - [van den Berg et al., 2018](https://arxiv.org/abs/1803.05649)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SylvesterVAE((8, 8), latent_dim=4, kind="householder", hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.posterior_layer.kind
    'householder'
    """

    def __init__(
        self,
        data_shape,
        latent_dim=32,
        kind="orthogonal",
        num_flows=4,
        num_vectors=8,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.Sylvester(kind, num_flows, num_vectors)
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
