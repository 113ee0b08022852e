"""VAE with lookup-free quantization (Yu et al., 2023), arxiv.org/abs/2310.05737."""

from keras_vae.models.paper import Parts
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import LFQ


class LFQVAE(QuantizedPaper, family="quantized"):
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

    Reference: [Yu et al., 2023](https://arxiv.org/abs/2310.05737)

    >>> vae = keras_vae.models.LFQVAE(x.shape[1:], num_bits=4, filters=(16, 16), seed=0)
    >>> sorted(vae.code_usage(x))
    ['perplexity', 'usage']
    """

    defaults = {"latent_dim": None}

    def own_parts(
        self,
        num_bits: int = 10,
        entropy_weight: float = 1.0,
        commitment_weight: float = 0.25,
        normalize: bool = True,
    ) -> Parts:
        quantizer = LFQ(num_bits, entropy_weight)
        return code_parts(quantizer, commitment_weight, normalize, latent_dim=num_bits)
