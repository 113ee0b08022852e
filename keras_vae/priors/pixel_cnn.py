"""PixelCNN priors over codes (van den Oord et al., 2016 and 2017)."""

from typing import Any

import keras

from keras_vae.networks.autoregressive import pixel_cnn
from keras_vae.networks.gated_pixel_cnn import gated_pixel_cnn
from keras_vae.parts import check_count
from keras_vae.priors.codes import CodePrior
from keras_vae.serialization import register


@register
class PixelCNN(CodePrior):
    """PixelCNN over the codes of a quantizer, with a blind spot.

    What lies above and far to the right of a place it does not see; `GatedPixelCNN` does. The
    levels of a residual quantizer stand beside each other in a row.

    Args:
        filters: int, hidden channels. Defaults to `64`.
        blocks: int, residual blocks. Defaults to `4`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer.

    References:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """

    def __init__(self, filters: int = 64, blocks: int = 4, **kwargs: Any) -> None:
        check_count("priors.PixelCNN", filters=filters, blocks=blocks)
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks

    def make_network(
        self,
        size: tuple[int, ...],
        num_codes: int,
        condition_shape: tuple[int, ...] | None = None,
    ) -> keras.Model:
        """See `CodePrior`."""
        return pixel_cnn(
            size, num_codes, self.filters, self.blocks, "pixel_cnn", condition_shape=condition_shape
        )


@register
class GatedPixelCNN(CodePrior):
    """Gated PixelCNN over the codes of a quantizer: each sees every code before it.

    The levels of a residual quantizer stand beside each other in a row. A condition shifts every
    gate, as in the paper.

    Args:
        filters: int, hidden channels. Defaults to `64`.
        blocks: int, gated blocks behind the first one. Defaults to `None`: as many as see every
            earlier code, 4 at least.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not a positive integer.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1606.05328)
    """

    def __init__(self, filters: int = 64, blocks: int | None = None, **kwargs: Any) -> None:
        check_count("priors.GatedPixelCNN", filters=filters)
        if blocks is not None:
            check_count("priors.GatedPixelCNN", blocks=blocks)
        super().__init__(**kwargs)
        self.filters = filters
        self.blocks = blocks

    def make_network(
        self,
        size: tuple[int, ...],
        num_codes: int,
        condition_shape: tuple[int, ...] | None = None,
    ) -> keras.Model:
        """See `CodePrior`."""
        return gated_pixel_cnn(
            size, num_codes, self.filters, self.blocks, condition_shape, "gated_pixel_cnn"
        )
