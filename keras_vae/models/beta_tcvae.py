"""beta-TCVAE (Chen et al., 2018), arxiv.org/abs/1802.04942."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class BetaTCVAE(VAE):
    """Fully connected VAE whose total correlation weighs `beta`: it asks for independent latents.

    The KL is taken apart into mutual information, total correlation and the rest, so that, unlike
    in `BetaVAE`, latents may keep their information on x.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        alpha: float >= 0, weight of the mutual information. Defaults to `1.0`.
        beta: float >= 0, weight of the total correlation. Defaults to `6.0`.
        gamma: float >= 0, weight of the dimension-wise KL. Defaults to `1.0`.
        num_data: int, examples in the training set. Defaults to `None`: as many as `fit` is given.
        estimator: `"mss"` or `"mws"`, see `keras_vae.objectives.BetaTCVAE`. Defaults to `"mss"`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Chen et al., 2018](https://arxiv.org/abs/1802.04942)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BetaTCVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> [name for name in history.history if name.startswith("total")]
    ['total_correlation']
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        alpha=1.0,
        beta=6.0,
        gamma=1.0,
        num_data=None,
        estimator="mss",
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
            objective=objectives.BetaTCVAE(alpha, beta, gamma, num_data, estimator),
            dtype=dtype,
            **kwargs,
        )
