"""InfoVAE (Zhao et al., 2017), arxiv.org/abs/1706.02262."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class InfoVAE(VAE):
    """Fully connected VAE that matches the aggregate of its posteriors with the prior.

    `alpha=1` is the MMD-VAE, without KL; `alpha=0`, `lambd=1` is the ELBO.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        alpha: float <= 1, the KL weighs 1 - alpha. Defaults to `0.0`.
        lambd: float >= 1 - alpha, the MMD weighs alpha + lambd - 1. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, `seed`, `name`.

    Raises:
        ValueError: if a weight would be negative or `kernel` is unknown.

    Reference:
        - [Zhao et al., 2017](https://arxiv.org/abs/1706.02262)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.InfoVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        alpha=0.0,
        lambd=10.0,
        kernel="imq",
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
            objective=objectives.InfoVAE(alpha, lambd, kernel),
            dtype=dtype,
            **kwargs,
        )
