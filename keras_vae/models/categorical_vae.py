"""VAE with categorical latents (Jang et al., 2016), arxiv.org/abs/1611.01144."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class CategoricalVAE(VAE):
    """Fully connected VAE with categorical latents, relaxed in training by Gumbel-softmax.

    A latent has the shape (num_variables, num_categories): one-hot vectors. The loss is that of
    Jang et al.: the reconstruction at a relaxed draw, and the KL of the categorical in closed form.
    Outside of training draws are one-hot; `encode` gives the probabilities.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        num_variables: int. Defaults to `20`.
        num_categories: int. Defaults to `10`.
        temperature: float > 0, of the relaxation; `keras_vae.callbacks.TemperatureSchedule` lowers
            it by epoch. Defaults to `1.0`.
        straight_through: bool, whether training too draws discrete latents, with the gradient of
            the relaxed ones. Defaults to `False`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `objective`, `seed`, `name`.

    Raises:
        ValueError: if a number or the temperature is not positive.

    References:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.CategoricalVAE(x.shape[1:], 4, 5, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 4, 5)
    """

    def __init__(
        self,
        data_shape,
        num_variables=20,
        num_categories=10,
        temperature=1.0,
        straight_through=False,
        hidden=(512, 256),
        activation="relu",
        likelihood="bernoulli",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.GumbelSoftmax(num_categories, temperature, straight_through)
        encoder, decoder = mlp_pair(
            data_shape,
            (num_variables, num_categories),
            likelihood,
            hidden,
            posterior,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            prior="uniform_categorical",
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
