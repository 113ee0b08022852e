"""VAE with residual codes (Lee et al., 2022), arxiv.org/abs/2203.01941."""

from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import ResidualVQ


class ResidualVQVAE(QuantizedPaper, family="quantized"):
    """VAE whose latent is a map of vectors, each a sum of several codes.

    Args:
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_levels: int, codes of each vector. Defaults to `4`.
        num_codes: int, of each level's codebook. Defaults to `512`.
        ema: bool, whether the codebook is a running average of the vectors it stands for; else it
            learns by gradient. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        gradient: what the encoder gets through a code, `"straight_through"` or `"rotation"` (Fifty
            et al., 2024, arXiv:2410.06424). Defaults to `"straight_through"`.
        level_dropout: float in [0, 1], the part of the examples of which training decodes the
            first levels alone, so that fewer codes give a coarse example. Defaults to `0.0`.

    References:
        - [Zeghidour et al., 2021](https://arxiv.org/abs/2107.03312)
        - [Lee et al., 2022](https://arxiv.org/abs/2203.01941)

    >>> vae = keras_vae.models.ResidualVQVAE(x.shape[1:], 4, 2, 16, filters=(16, 16))
    >>> vae.encode_indices(x[:3]).shape
    (3, 2, 2, 2)
    """

    defaults = {"latent_dim": 64}

    def own_parts(
        self,
        num_levels: int = 4,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        commitment_weight: float = 0.25,
        gradient: str = "straight_through",
        level_dropout: float = 0.0,
    ) -> Parts:
        options = {"level_dropout": level_dropout, "gradient": gradient}
        posterior = ResidualVQ(num_levels, num_codes, ema, decay, **options)
        return code_parts(posterior, commitment_weight)
