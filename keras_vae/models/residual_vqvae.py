"""VAE with residual codes (Lee et al., 2022), arxiv.org/abs/2203.01941."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.quantized_vae import QuantizedVAE, map_pair
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class ResidualVQVAE(QuantizedVAE):
    """Convolutional VAE of images whose latent is a map of vectors, each a sum of several codes.

    Args:
        data_shape: tuple of int, (height, width) or (height, width, channels) of an image.
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_levels: int, codes of each vector. Defaults to `4`.
        num_codes: int, of each level's codebook. Defaults to `512`.
        ema: bool, whether the codebook is a running average of the vectors it stands for; else it
            learns by gradient. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        filters: tuple of int, channels of the encoder's stages, each of which halves height and
            width; the decoder mirrors them. Defaults to `(128, 128)`.
        blocks: int, residual blocks behind the stages. Defaults to `2`.
        activation: name or function. Defaults to `"relu"`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        prior: name or prior over codes, `"pixel_cnn"` or `"code_transformer"`, which
            `fit_prior` trains. Defaults to `"pixel_cnn"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. The prior over codes does not see it. Defaults to `None`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Zeghidour et al., 2021](https://arxiv.org/abs/2107.03312)
        - [Lee et al., 2022](https://arxiv.org/abs/2203.01941)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.ResidualVQVAE(x.shape[1:], 4, 2, 16, filters=(16, 16))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> indices = vae.encode_indices(x[:3])
    >>> indices.shape
    (3, 2, 2, 2)
    >>> vae.decode_indices(indices).shape
    (3, 8, 8)
    >>> history = vae.fit_prior(x[:64], epochs=1, verbose=0)
    >>> vae.generate(2, seed=0).shape
    (2, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        latent_dim=64,
        num_levels=4,
        num_codes=512,
        ema=True,
        decay=0.99,
        commitment_weight=0.25,
        filters=(128, 128),
        blocks=2,
        activation="relu",
        likelihood="bernoulli",
        prior="pixel_cnn",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.ResidualVQ(num_levels, num_codes, ema, decay)
        encoder, decoder = map_pair(
            data_shape,
            latent_dim,
            likelihood,
            filters,
            blocks=blocks,
            activation=activation,
            condition_shape=condition_shape,
            dtype=dtype,
        )
        super().__init__(
            encoder,
            decoder,
            posterior=posterior,
            prior=prior,
            likelihood=likelihood,
            objective=Quantized(commitment_weight),
            dtype=dtype,
            **kwargs,
        )
