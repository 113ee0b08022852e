"""Conditional VAE (Sohn et al., 2015)."""

from keras_vae import likelihoods
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class ConditionalVAE(VAE):
    """Fully connected VAE of p(x|condition): the condition goes into encoder and decoder.

    Every other model of the zoo takes `condition_shape=` too. `prior="conditional_normal"` learns
    p(z|condition) as well; the default prior is the same for every condition, which leaves to z
    what the condition does not say.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too.
        latent_dim: int. Defaults to `2`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `objective`, `seed`, `name`.

    Reference:
        - Sohn, Lee and Yan, 2015, "Learning structured output representation using deep conditional
          generative models"

    Example:

    >>> train = keras_vae.datasets.digits().train
    >>> vae = keras_vae.models.ConditionalVAE((8, 8), condition_shape=(10,), hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit({"x": train.x, "condition": train.y}, epochs=1, verbose=0)
    >>> vae.generate(condition=[3, 1, 4], seed=0).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        condition_shape,
        latent_dim=2,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
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
        super().__init__(encoder, decoder, likelihood=likelihood, dtype=dtype, **kwargs)
