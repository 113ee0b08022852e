"""VAE with binary spherical quantization (Zhao et al., 2024), arxiv.org/abs/2406.07548."""

from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import BSQ


class BSQVAE(QuantizedPaper, family="quantized"):
    """VAE whose latent is a map of unit vectors, each rounded to the signs of its channels.

    Args:
        num_bits: int, channels of each vector; there are 2^num_bits codes. Defaults to `10`.
        entropy_weight: float >= 0, of the wish for sure and diverse codes, beside nats of a whole
            image. Defaults to `1.0`.
        commitment_weight: float >= 0. Defaults to `0.25`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before its sign is taken. Defaults to `True`.

    Reference: [Zhao et al., 2024](https://arxiv.org/abs/2406.07548)

    >>> vae = keras_vae.models.BSQVAE(x.shape[1:], num_bits=4, filters=(16, 16), seed=0)
    >>> bool(np.allclose(np.linalg.norm(vae.encode(x[:3]), axis=-1), 1))
    True
    """

    defaults = {"latent_dim": None}

    def own_parts(
        self,
        num_bits: int = 10,
        entropy_weight: float = 1.0,
        commitment_weight: float = 0.25,
        normalize: bool = True,
    ) -> Parts:
        quantizer = BSQ(num_bits, entropy_weight)
        return code_parts(quantizer, commitment_weight, normalize, latent_dim=num_bits)
