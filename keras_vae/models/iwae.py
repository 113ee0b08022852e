"""Importance weighted autoencoder (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class IWAE(VAE):
    """Fully connected VAE trained on the importance weighted bound of many draws.

    The bound is tighter than the ELBO, and the true posterior need not be as simple as the family
    that the draws come from.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `50`.
        num_samples: int, draws of z for each example. Defaults to `50`.
        gradient: `"standard"`, `"stl"` or `"dreg"`, how the encoder's gradient is estimated: see
            `keras_vae.objectives.IWAE`. Defaults to `"standard"`, the paper's.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `posterior`, `prior`, `seed`, `name`.

    Raises:
        ValueError: if `num_samples` is no integer >= 1 or `gradient` is unknown.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        - [Tucker et al., 2018](https://arxiv.org/abs/1810.04152), `"dreg"`

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.IWAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> sorted(history.history)
    ['kl', 'loss', 'reconstruction']
    """

    def __init__(
        self,
        data_shape,
        latent_dim=50,
        num_samples=50,
        gradient="standard",
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
            objective=objectives.IWAE(num_samples, gradient),
            dtype=dtype,
            **kwargs,
        )
