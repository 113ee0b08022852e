"""VAE with lookup-free quantization (Yu et al., 2023), arxiv.org/abs/2310.05737."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.quantized_vae import QuantizedVAE, map_pair
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class LFQVAE(QuantizedVAE):
    """Convolutional VAE of images whose latent is a map of vectors of signs, -1 or 1.

    The paper leaves the vectors as they come, and then most channels can end with one sign for all
    examples; so here they are normalized first.

    Args:
        data_shape: tuple of int, (height, width) or (height, width, channels) of an image.
        num_bits: int, channels of each vector; there are 2^num_bits codes. Defaults to `10`.
        entropy_weight: float >= 0, of the wish for sure and diverse codes, beside nats of a whole
            image; the paper's 0.1 stands beside a mean over pixels. With less, fewer codes are used
            and each is closer to its vector. Defaults to `1.0`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        filters: tuple of int, channels of the encoder's stages, each of which halves height and
            width; the decoder mirrors them. Defaults to `(128, 128)`.
        blocks: int, residual blocks behind the stages. Defaults to `2`.
        activation: name or function. Defaults to `"relu"`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before its sign is taken. Defaults to `True`.
        likelihood: name or `keras_vae.likelihoods.Likelihood`. Defaults to `"bernoulli"`.
        prior: name or prior over codes, `"pixel_cnn"` or `"code_transformer"`, which
            `fit_prior` trains. Defaults to `"pixel_cnn"`.
        condition_shape: tuple of int, shape of a condition without batch axis; `(num_classes,)`
            takes labels too. The prior over codes does not see it. Defaults to `None`.
        dtype: Keras dtype or policy of the networks. Defaults to `None`, the global one.
        **kwargs: passed to `keras_vae.VAE`: `seed`, `name`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Yu et al., 2023](https://arxiv.org/abs/2310.05737)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.LFQVAE(x.shape[1:], num_bits=4, filters=(16, 16), seed=0)
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> indices = vae.encode_indices(x[:3])
    >>> indices.shape
    (3, 2, 2)
    >>> vae.decode_indices(indices).shape
    (3, 8, 8)
    >>> history = vae.fit_prior(x[:64], epochs=1, verbose=0)
    >>> vae.generate(2, seed=0).shape
    (2, 8, 8)
    """

    def __init__(
        self,
        data_shape,
        num_bits=10,
        entropy_weight=1.0,
        commitment_weight=0.25,
        filters=(128, 128),
        blocks=2,
        activation="relu",
        normalize=True,
        likelihood="bernoulli",
        prior="pixel_cnn",
        condition_shape=None,
        dtype=None,
        **kwargs,
    ):
        likelihood = likelihoods.get(likelihood)
        posterior = posteriors.LFQ(num_bits, entropy_weight)
        encoder, decoder = map_pair(
            data_shape,
            num_bits,
            likelihood,
            filters,
            blocks=blocks,
            activation=activation,
            normalize=normalize,
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
