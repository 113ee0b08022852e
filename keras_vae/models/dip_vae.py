"""DIP-VAE (Kumar et al., 2018), arxiv.org/abs/1711.00848."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class DIPVAE(VAE):
    """Fully connected VAE whose latents' covariance is drawn to the identity.

    Kind 1 looks at the covariance of the posteriors' means, kind 2 at that of their draws.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `10`.
        kind: 1 or 2. Defaults to `1`.
        off_diagonal: float >= 0, weight of the squared covariances. Defaults to `10.0`.
        diagonal: float >= 0, weight of the variances' squared distances from one. Defaults to
            `None`: ten times `off_diagonal` for kind 1, the same for kind 2.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kumar et al., 2018](https://arxiv.org/abs/1711.00848)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.DIPVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=10,
        kind=1,
        off_diagonal=10.0,
        diagonal=None,
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
            objective=objectives.DIPVAE(kind, off_diagonal, diagonal),
            dtype=dtype,
            **kwargs,
        )
