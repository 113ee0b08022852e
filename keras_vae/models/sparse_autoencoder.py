"""Sparse autoencoder (Ng, 2011)."""

from keras_vae import likelihoods, objectives, posteriors
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.parts import check_choice
from keras_vae.serialization import register


@register
class SparseAutoencoder(VAE):
    """Fully connected autoencoder, each of whose code elements is on for few examples only.

    With `"kl"` codes are sigmoids, whose mean over the data is to be `rate`; with `"l1"` their
    absolute values are kept small.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `64`.
        penalty: `"kl"` or `"l1"`. Defaults to `"kl"`.
        weight: float >= 0, of the penalty. Defaults to `1.0`.
        rate: float in (0, 1), for `"kl"`. Defaults to `0.05`.
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
        - Ng, 2011, Sparse autoencoder (lecture notes, CS294A)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SparseAutoencoder(x.shape[1:], latent_dim=32, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=64,
        penalty="kl",
        weight=1.0,
        rate=0.05,
        hidden=(512, 256),
        activation="relu",
        likelihood="normal",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        check_choice("SparseAutoencoder", ("kl", "l1"), penalty=penalty)
        posterior = posteriors.Deterministic("sigmoid" if penalty == "kl" else None)
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
        if penalty == "kl":
            objective = objectives.SparseReconstruction(rate, weight)
        else:
            objective = objectives.Reconstruction(l1=weight)
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            likelihood=likelihood,
            objective=objective,
            dtype=dtype,
            **kwargs,
        )
