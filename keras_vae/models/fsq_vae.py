"""VAE with finite scalar quantization (Mentzer et al., 2023), arxiv.org/abs/2309.15505."""

from keras_vae.models.paper import Parts, Shape
from keras_vae.models.quantized_vae import QuantizedPaper, code_parts
from keras_vae.posteriors import FSQ, ResidualFSQ


class FSQVAE(QuantizedPaper, family="quantized"):
    """VAE whose latent is a map of vectors rounded to a fixed grid.

    There is no codebook to learn, and no commitment: that term of the history is zero. The paper
    leaves the vectors as they come, and then whole channels can end in the flat part of the tanh
    that bounds them, all at one level; so here they are normalized first.

    Args:
        levels: tuple of int >= 2, levels of each channel; their product is the number of codes.
            Defaults to `(8, 5, 5, 5)`.
        num_levels: int, quantizers in a row, each on a finer grid for what is left; see
            `keras_vae.posteriors.ResidualFSQ`. Defaults to `1`.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1,
            over the batch in training, before it is bounded. Defaults to `True`.

    Reference: [Mentzer et al., 2023](https://arxiv.org/abs/2309.15505)

    >>> vae = keras_vae.models.FSQVAE(x.shape[1:], levels=(4, 4), filters=(16, 16), seed=0)
    >>> vae.encode_indices(x[:3]).shape
    (3, 2, 2)
    """

    defaults = {"latent_dim": None}

    def own_parts(
        self, levels: Shape = (8, 5, 5, 5), normalize: bool = True, num_levels: int = 1
    ) -> Parts:
        quantizer = FSQ(levels) if num_levels == 1 else ResidualFSQ(levels, num_levels)
        return code_parts(quantizer, normalize=normalize, latent_dim=len(levels))
