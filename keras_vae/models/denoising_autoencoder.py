"""Denoising autoencoder (Vincent et al., 2008), doi.org/10.1145/1390156.1390294."""

from keras_vae import likelihoods, networks, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class DenoisingAutoencoder(VAE):
    """Fully connected autoencoder that reconstructs examples from corrupted ones.

    The noise is on the encoder's input and in training alone.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `8`.
        noise: `"normal"` adds noise of deviation `level`, `"mask"` sets a share of `level` of the
            elements to zero. Defaults to `"normal"`.
        level: float >= 0; below 1 for `"mask"`. Defaults to `0.3`.
        hidden: tuple of int, widths of the encoder's layers; the decoder mirrors them. Defaults to
            `(512, 256)`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"normal"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. Defaults to `None`, no condition.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `prior`, `seed`, `name`.

    Raises:
        ValueError: if `noise` is unknown or `level` is out of its range.

    Reference:
        - [Vincent et al., 2008](https://doi.org/10.1145/1390156.1390294)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.DenoisingAutoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=8,
        noise="normal",
        level=0.3,
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
            posterior="deterministic",
            corruption=networks.Corruption(noise, level, kwargs.get("seed"), dtype="float32"),
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior="deterministic",
            likelihood=likelihood,
            objective=objectives.Reconstruction(),
            dtype=dtype,
            **kwargs,
        )
