"""Sliced Wasserstein autoencoder (Kolouri et al., 2018), arxiv.org/abs/1804.01947."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class SlicedWAE(VAE):
    """Fully connected autoencoder whose latents together look like the prior, seen from many sides.

    Without noise in the latents there is no log-likelihood.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `8`.
        weight: float >= 0, of the distance. Defaults to `10.0`.
        num_projections: int, random directions at each step. Defaults to `50`.
        posterior: name or `keras_vae.posteriors.Posterior`. Defaults to `"deterministic"`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"normal"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kolouri et al., 2018](https://arxiv.org/abs/1804.01947)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SlicedWAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=8,
        weight=10.0,
        num_projections=50,
        posterior="deterministic",
        hidden=(512, 256),
        activation="relu",
        likelihood="normal",
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
            objective=objectives.SlicedWAE(weight, num_projections),
            dtype=dtype,
            **kwargs,
        )
