"""Transformer prior over codes (Vaswani et al., 2017), arxiv.org/abs/1706.03762."""

import math
from typing import Any

import keras

from keras_vae.networks.autoregressive import causal_transformer
from keras_vae.parts import check_count
from keras_vae.priors.codes import CodePrior
from keras_vae.serialization import register


@register
class CodeTransformer(CodePrior):
    """Autoregressive transformer over the codes of a quantizer, row by row.

    Args:
        width: int, hidden channels. Defaults to `128`.
        blocks: int. Defaults to `2`.
        heads: int, attention heads; must divide `width`. Defaults to `4`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer, or `heads` does not divide `width`.

    Reference:
        - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    """

    def __init__(self, width: int = 128, blocks: int = 2, heads: int = 4, **kwargs: Any) -> None:
        check_count("priors.CodeTransformer", width=width, blocks=blocks, heads=heads)
        if width % heads:
            raise ValueError(
                "priors.CodeTransformer needs heads to divide width. "
                f"Received: width={width}, heads={heads}"
            )
        super().__init__(**kwargs)
        self.width = width
        self.blocks = blocks
        self.heads = heads

    @property
    def size(self) -> tuple[int, ...]:
        """The codes as the network takes them: (length,)."""
        return (math.prod(self.quantizer.code_shape),)

    def make_network(
        self,
        size: tuple[int, ...],
        num_codes: int,
        condition_shape: tuple[int, ...] | None = None,
    ) -> keras.Model:
        """See `CodePrior`."""
        (length,) = size
        settings = (self.width, self.blocks, self.heads, "transformer")
        return causal_transformer(length, num_codes, *settings, condition_shape=condition_shape)
