"""VAE with finite scalar quantization (Mentzer et al., 2023), arxiv.org/abs/2309.15505."""

from keras_vae import likelihoods, posteriors
from keras_vae.models.quantized_vae import QuantizedVAE, map_pair
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class FSQVAE(QuantizedVAE):
    """Convolutional VAE of images whose latent is a map of vectors rounded to a fixed grid.

    There is no codebook to learn, and no commitment: that term of the history is zero. The paper
    leaves the vectors as they come, and then whole channels can end in the flat part of the tanh
    that bounds them, all at one level; so here they are normalized first.

    Args:
        data_shape: tuple of int, (height, width) or (height, width, channels) of an image.
        levels: tuple of int >= 2, levels of each channel; their product is the number of codes.
            Defaults to `(8, 5, 5, 5)`.
        filters: tuple of int, channels of the encoder's stages, each of which halves height and
            width; the decoder mirrors them. Defaults to `(128, 128)`.
        blocks: int, residual blocks behind the stages. Defaults to `2`.
        activation: name or function. Defaults to `"relu"`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before it is bounded. Defaults to `True`.
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
        - [Mentzer et al., 2023](https://arxiv.org/abs/2309.15505)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.FSQVAE(x.shape[1:], levels=(4, 4), filters=(16, 16), seed=0)
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
        levels=(8, 5, 5, 5),
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
        posterior = posteriors.FSQ(levels)
        encoder, decoder = map_pair(
            data_shape,
            len(posterior.levels),
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
            objective=Quantized(),
            dtype=dtype,
            **kwargs,
        )
