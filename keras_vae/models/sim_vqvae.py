"""VQ-VAE with a linear map of fixed codes (Zhu et al., 2024), arxiv.org/abs/2411.02038."""

from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import SimVQ


class SimVQVAE(QuantizedPaper, family="quantized"):
    """VAE whose latent is a map of codes, fixed random vectors under one learned linear map.

    The map moves all codes together, so that large codebooks stay in use.

    Args:
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_codes: int, of the codebook. Defaults to `512`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        gradient: what the encoder gets through a code, `"straight_through"` or `"rotation"` (Fifty
            et al., 2024, arXiv:2410.06424). Defaults to `"straight_through"`.

    Reference: [Zhu et al., 2024](https://arxiv.org/abs/2411.02038)

    >>> vae = keras_vae.models.SimVQVAE(x.shape[1:], 4, num_codes=16, filters=(16, 16), seed=0)
    >>> vae.encode_indices(x[:3]).shape
    (3, 2, 2)
    """

    defaults = {"latent_dim": 64}

    def own_parts(
        self,
        num_codes: int = 512,
        commitment_weight: float = 0.25,
        gradient: str = "straight_through",
    ) -> Parts:
        return code_parts(SimVQ(num_codes, gradient=gradient), commitment_weight)
