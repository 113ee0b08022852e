"""VAE with lookup-free quantization (Yu et al., 2023), arxiv.org/abs/2310.05737."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import PaperOptions, Shape
from keras_vae.models.quantized_vae import QuantizedPaper
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class LFQVAE(QuantizedPaper):
    """VAE whose latent is a map of vectors of signs, -1 or 1.

    The paper leaves the vectors as they come, and then most channels can end with one sign for all
    examples; so here they are normalized first.

    Args:
        num_bits: int, channels of each vector; there are 2^num_bits codes. Defaults to `10`.
        entropy_weight: float >= 0, of the wish for sure and diverse codes, beside nats of a whole
            image; the paper's 0.1 stands beside a mean over pixels. With less, fewer codes are used
            and each is closer to its vector. Defaults to `1.0`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before its sign is taken. Defaults to `True`.

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

    family = "quantized"

    def __init__(
        self,
        data_shape: Shape,
        num_bits: int = 10,
        entropy_weight: float = 1.0,
        commitment_weight: float = 0.25,
        normalize: bool = True,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        fixed = {
            "posterior": posteriors.LFQ(num_bits, entropy_weight),
            "objective": Quantized(commitment_weight),
        }
        super().__init__(data_shape, num_bits, fixed=fixed, normalize=normalize, **kwargs)
