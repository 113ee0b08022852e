"""VAE with residual codes (Lee et al., 2022), arxiv.org/abs/2203.01941."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import PaperOptions, Shape
from keras_vae.models.quantized_vae import QuantizedPaper
from keras_vae.objectives import Quantized
from keras_vae.serialization import register


@register
class ResidualVQVAE(QuantizedPaper):
    """VAE whose latent is a map of vectors, each a sum of several codes.

    Args:
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_levels: int, codes of each vector. Defaults to `4`.
        num_codes: int, of each level's codebook. Defaults to `512`.
        ema: bool, whether the codebook is a running average of the vectors it stands for; else it
            learns by gradient. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        commitment_weight: float >= 0. Defaults to `0.25`.

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

    family = "quantized"

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 64,
        num_levels: int = 4,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        commitment_weight: float = 0.25,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        fixed = {
            "posterior": posteriors.ResidualVQ(num_levels, num_codes, ema, decay),
            "objective": Quantized(commitment_weight),
        }
        super().__init__(data_shape, latent_dim, fixed=fixed, **kwargs)
