"""VAE with a growing capacity (Burgess et al., 2018), arxiv.org/abs/1804.03599."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class AnnealedVAE(VAE):
    """Fully connected VAE whose KL is held at a capacity, which grows while training.

    The callback `keras_vae.callbacks.LinearCapacity` raises the capacity; without it, it stays.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        gamma: float >= 0, weight of the distance of KL and capacity. Defaults to `1000.0`,
            meant for a rise over some 100,000 steps; in a few thousand on MNIST, 10 learned more.
        capacity: float >= 0, in nats. Defaults to `25.0`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is negative.

    Reference:
        - [Burgess et al., 2018](https://arxiv.org/abs/1804.03599)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.AnnealedVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> rise = keras_vae.callbacks.LinearCapacity(epochs=5, stop=25.0)
    >>> history = vae.fit(x, epochs=1, callbacks=[rise], verbose=0)
    >>> float(vae.objective.capacity)
    0.0
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        gamma=1000.0,
        capacity=25.0,
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
            objective=objectives.AnnealedCapacity(gamma, capacity),
            dtype=dtype,
            **kwargs,
        )
