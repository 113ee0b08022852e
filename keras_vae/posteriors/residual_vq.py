"""Residual vector quantizer (Zeghidour et al., 2021), arxiv.org/abs/2107.03312."""

import functools
from typing import Any

from keras_vae.parts import check_count
from keras_vae.posteriors.residual import Residual
from keras_vae.posteriors.vector_quantizer import VectorQuantizer
from keras_vae.serialization import register


@register
class ResidualVQ(Residual):
    """Vector quantizers in a row, each for what the ones before it have left.

    Args:
        num_levels: int, number of quantizers. Defaults to `4`.
        num_codes: int, of each. Defaults to `512`.
        ema: bool, see `VectorQuantizer`. Defaults to `True`.
        decay: float in [0, 1), see `VectorQuantizer`. Defaults to `0.99`.
        restart_below: float, see `VectorQuantizer`. Defaults to `0.1`.
        kmeans: bool, see `VectorQuantizer`. Defaults to `True`.
        level_dropout: float in [0, 1], the part of the examples of which training decodes the
            first levels alone; how many is drawn anew for each. Defaults to `0.0`.
        **kwargs: passed to `Quantizer`: `gradient`.

    Call arguments:
        parameters: `[z]`, (batch, ..., channels).
        training: bool, whether the codebooks move. Defaults to `False`.

    Returns:
        `keras_vae.distributions.Quantized` with indices (batch, ..., levels).

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Zeghidour et al., 2021](https://arxiv.org/abs/2107.03312)
        - [Lee et al., 2022](https://arxiv.org/abs/2203.01941)
    """

    needs_equal_weights = "its codebooks follow the batch as a whole"

    def __init__(
        self,
        num_levels: int = 4,
        num_codes: int = 512,
        ema: bool = True,
        decay: float = 0.99,
        restart_below: float = 0.1,
        kmeans: bool = True,
        level_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.ResidualVQ", num_levels=num_levels)
        make = functools.partial(VectorQuantizer, num_codes, ema, decay, restart_below, kmeans)
        super().__init__([make() for _ in range(num_levels)], level_dropout=level_dropout, **kwargs)
        self.kmeans = kmeans
