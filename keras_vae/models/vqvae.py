"""VQ-VAE (van den Oord et al., 2017), arxiv.org/abs/1711.00937."""

from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import VectorQuantizer


class VQVAE(QuantizedPaper, family="quantized"):
    """VAE whose latent is a map of codes from a learned codebook.

    Args:
        latent_dim: int, channels of each vector. Defaults to `64`.
        num_codes: int, of the codebook. Defaults to `512`.
        ema: bool, whether the codebook is a running average of the vectors it stands for; else it
            learns by gradient. Defaults to `True`.
        decay: float in [0, 1), of the running averages. Defaults to `0.99`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        gradient: what the encoder gets through a code, `"straight_through"` or `"rotation"` (Fifty
            et al., 2024, arXiv:2410.06424). Defaults to `"straight_through"`.
        cosine: bool, whether vectors and codes are divided by their lengths (Yu et al., 2021,
            arXiv:2110.04627). Defaults to `False`.

    Reference: [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)

    >>> vae = keras_vae.models.VQVAE(x.shape[1:], 4, num_codes=16, filters=(16, 16), seed=0)
    >>> indices = vae.encode_indices(x[:3])
    >>> indices.shape
    (3, 2, 2)
    >>> vae.decode_indices(indices).shape
    (3, 8, 8)
    >>> history = vae.fit_prior(x[:64], epochs=1, verbose=0)
    >>> vae.generate(2, seed=0).shape
    (2, 8, 8)
    """

    defaults = {"latent_dim": 64}

    def own_parts(
        self,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        commitment_weight: float = 0.25,
        gradient: str = "straight_through",
        cosine: bool = False,
    ) -> Parts:
        posterior = VectorQuantizer(num_codes, ema, decay, cosine=cosine, gradient=gradient)
        return code_parts(posterior, commitment_weight)
