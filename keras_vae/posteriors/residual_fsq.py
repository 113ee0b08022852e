"""Residual finite scalar quantizer (Mentzer et al., 2023), arxiv.org/abs/2309.15505."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.parts import check_count
from keras_vae.posteriors.fsq import FSQ
from keras_vae.posteriors.residual import Residual
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class ResidualFSQ(Residual):
    """Finite scalar quantizers in a row, each on a finer grid for what is left.

    A tanh bounds the vectors once. Each quantizer then divides a cell of the one before into a
    grid of its own. So the greatest error of a channel is 1 / L^n for n quantizers with an even
    number L of levels, and 1 / (L - 1)^n with an odd one.

    Args:
        levels: tuple of int >= 2, see `FSQ`. Defaults to `(5, 5, 5)`.
        num_levels: int, number of quantizers. Defaults to `2`.
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
        - [Mentzer et al., 2023](https://arxiv.org/abs/2309.15505)
    """

    def __init__(
        self,
        levels: Shape = (5, 5, 5),
        num_levels: int = 2,
        level_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.ResidualFSQ", num_levels=num_levels)
        quantizers = [FSQ(levels, bound=False) for _ in range(num_levels)]
        # Half a step of the level before, on each side.
        scale = (0.5 / (np.array(levels) // 2)).astype("float32")
        super().__init__(quantizers, scale, level_dropout, **kwargs)
        self.levels = levels

    def straight(self, z: Tensor) -> Tensor:
        """The vectors in (-1, 1)."""
        return ops.tanh(z)
