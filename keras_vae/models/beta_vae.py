"""beta-VAE (Higgins et al., 2017), openreview.net/forum?id=Sy2fzU9gl."""

from keras_vae import likelihoods
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.objectives import ELBO
from keras_vae.serialization import register


@register
class BetaVAE(VAE):
    """Fully connected VAE whose KL weighs `beta`: above 1 it asks for disentangled latents.

    `beta` weighs sums: the KL summed over latents against the reconstruction summed over data.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        beta: float >= 0. Defaults to `4.0`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if `beta` is negative.

    Reference:
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BetaVAE(x.shape[1:], latent_dim=4, beta=4.0, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> float(vae.objective.kl_weight)
    4.0
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        beta=4.0,
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
            likelihood=likelihood,
            objective=ELBO(beta=beta),
            dtype=dtype,
            **kwargs,
        )
