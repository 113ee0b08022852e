"""VAE with binary latents (Maddison et al., 2016), arxiv.org/abs/1611.00712."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class BinaryVAE(VAE):
    """Fully connected VAE with binary latents, relaxed in training by the binary concrete.

    The loss is that of Jang et al.: the reconstruction at a relaxed draw, and the KL of the
    Bernoulli in closed form. Outside of training draws are 0 or 1; `encode` gives probabilities.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int, number of bits. Defaults to `200`.
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
        ValueError: if `latent_dim` or the temperature is not positive.

    References:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BinaryVAE(x.shape[1:], latent_dim=8, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=200,
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
        posterior = posteriors.GumbelSigmoid(temperature, straight_through)
        encoder, decoder = mlp_pair(
            data_shape,
            latent_dim,
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
            prior="uniform_bernoulli",
            likelihood=likelihood,
            dtype=dtype,
            **kwargs,
        )
