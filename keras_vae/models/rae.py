"""Regularized autoencoder (Ghosh et al., 2020), arxiv.org/abs/1903.12436."""

from keras_vae import likelihoods, objectives
from keras_vae.models.pairs import mlp_pair
from keras_vae.models.vae import VAE
from keras_vae.serialization import register


@register
class RAE(VAE):
    """Fully connected autoencoder with small codes and a smooth decoder in place of noise.

    To generate, the paper fits a density to the codes afterwards.

    Args:
        data_shape: tuple of int, shape of one example without batch axis.
        latent_dim: int. Defaults to `16`.
        penalty: `"l2"` of the decoder's weights, or `"gradient"` of the decoded mean. Defaults to
            `"l2"`.
        code_weight: float >= 0, of half the codes' squares. Defaults to `1e-4`.
        decoder_weight: float >= 0, of the penalty. Defaults to `1e-7`.
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
        - [Ghosh et al., 2020](https://arxiv.org/abs/1903.12436)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.RAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=16,
        penalty="l2",
        code_weight=1e-4,
        decoder_weight=1e-7,
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
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior="deterministic",
            likelihood=likelihood,
            objective=objectives.RAE(penalty, code_weight, decoder_weight),
            dtype=dtype,
            **kwargs,
        )
