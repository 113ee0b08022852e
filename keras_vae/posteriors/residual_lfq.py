"""Residual lookup-free quantizer (Yu et al., 2023), arxiv.org/abs/2310.05737."""

from typing import Any

from keras_vae.parts import check_count
from keras_vae.posteriors.lfq import LFQ
from keras_vae.posteriors.residual import Residual
from keras_vae.serialization import register


@register
class ResidualLFQ(Residual):
    """Lookup-free quantizers in a row, each of half the size, for what is left.

    Args:
        num_bits: int, channels of the latent; there are 2^num_bits codes a level. Defaults to `8`.
        num_levels: int, number of quantizers. Defaults to `2`.
        entropy_weight: float >= 0, see `LFQ`. Defaults to `1.0`.
        diversity: float >= 0, see `LFQ`. Defaults to `1.0`.
        temperature: float > 0, see `LFQ`. Defaults to `0.1`.
        level_dropout: float in [0, 1], the part of the examples of which training decodes the
            first levels alone; how many is drawn anew for each. Defaults to `0.0`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).

    Returns:
        `keras_vae.distributions.Quantized` with indices (batch, ..., levels).

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Yu et al., 2023](https://arxiv.org/abs/2310.05737)
    """

    needs_equal_weights = "its entropy is that of the batch as a whole"

    def __init__(
        self,
        num_bits: int = 8,
        num_levels: int = 2,
        entropy_weight: float = 1.0,
        diversity: float = 1.0,
        temperature: float = 0.1,
        level_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.ResidualLFQ", num_levels=num_levels)
        quantizers = [
            LFQ(num_bits, entropy_weight, diversity, temperature) for _ in range(num_levels)
        ]
        super().__init__(quantizers, 0.5, level_dropout, **kwargs)
