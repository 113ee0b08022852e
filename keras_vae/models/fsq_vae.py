"""VAE with finite scalar quantization (Mentzer et al., 2023), arxiv.org/abs/2309.15505."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import PaperOptions, Shape
from keras_vae.models.quantized_vae import QuantizedPaper
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class FSQVAE(QuantizedPaper):
    """VAE whose latent is a map of vectors rounded to a fixed grid.

    There is no codebook to learn, and no commitment: that term of the history is zero. The paper
    leaves the vectors as they come, and then whole channels can end in the flat part of the tanh
    that bounds them, all at one level; so here they are normalized first.

    Args:
        levels: tuple of int >= 2, levels of each channel; their product is the number of codes.
            Defaults to `(8, 5, 5, 5)`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before it is bounded. Defaults to `True`.

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

    family = "quantized"

    def __init__(
        self,
        data_shape: Shape,
        levels: Shape = (8, 5, 5, 5),
        normalize: bool = True,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        posterior = posteriors.FSQ(levels)
        fixed = {"posterior": posterior, "objective": Quantized()}
        super().__init__(
            data_shape, len(posterior.levels), fixed=fixed, normalize=normalize, **kwargs
        )
