"""Gated PixelCNN (van den Oord et al., 2016), arxiv.org/abs/1606.05328."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from keras_vae.networks.checks import check_size
from keras_vae.typing import Shape, Tensor

#: sides of the kernels of the first block and of the others
_FIRST_KERNEL, _KERNEL = 7, 3


def blocks_for(size: tuple[int, ...]) -> int:
    """The least number of blocks, 4 at least, whose outputs see every code before them."""
    # The first block reaches 3 places and each of the others 1; a map asks for its side less 1.
    return max(4, max(size) - 1 - _FIRST_KERNEL // 2)


def gated_pixel_cnn(
    size: tuple[int, int],
    num_codes: int,
    filters: int = 64,
    blocks: int | None = None,
    condition_shape: tuple[int, ...] | None = None,
    name: str | None = None,
) -> keras.Model:
    """Gated PixelCNN over a map of codes: a vertical and a horizontal stack, no blind spot.

    The vertical stack sees all rows above, the horizontal one its own row to the left, and what
    the vertical one has seen. Both stacks have residual connections; the paper's vertical one has
    none.

    Args:
        size: tuple of ints, (height, width) of the map.
        num_codes: int.
        filters: int, the hidden channels. Defaults to `64`.
        blocks: int, gated blocks behind the first one. Defaults to `None`: as many as see every
            earlier code, 4 at least.
        condition_shape: tuple of int, shape of a condition that shifts every gate. Defaults to
            `None`.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, integers (batch, height, width), or a list of them and a
        condition (batch, condition), -> logits (batch, height, width, num_codes) of each code given
        those in the rows above it and to the left of it in its row.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1606.05328)
    """
    inputs, condition = code_inputs(size, condition_shape)
    shifts = []
    if condition is not None:
        shifts.append(lambda channels: from_condition(condition, channels, 4))
    logits = gated_logits(inputs, size, num_codes, filters, blocks, shifts)
    return keras.Model(inputs if condition is None else [inputs, condition], logits, name=name)


def gated_logits(
    codes: Tensor,
    size: Shape,
    num_codes: int,
    filters: int,
    blocks: int | None,
    shifts: Sequence[Callable[[int], Tensor]],
) -> Tensor:
    """The logits of `gated_pixel_cnn`, (batch, height, width, num_codes), in a Keras graph.

    Args:
        codes: integers (batch, height, width).
        size: (height, width).
        num_codes: int.
        filters: int, the hidden channels.
        blocks: int, gated blocks behind the first one; `None` for as many as see every code.
        shifts: functions of a number of channels, each called anew for each gate, that give what
            is added in front of it, (batch, height, width, channels) or (batch, 1, 1, channels).
    """
    check_size("filters", filters)
    blocks = blocks_for(size) if blocks is None else blocks
    check_size("blocks", blocks)
    x = layers.Embedding(num_codes, filters)(codes)
    vertical, horizontal = x, x
    for block in range(blocks + 1):
        first = block == 0
        above, beside = _convolutions(vertical, horizontal, filters, first)
        beside = layers.Add()([beside, _conv(2 * filters, 1)(_shifted(above, rows=1))])
        above, beside = (_gate(h, shifts, filters) for h in (above, beside))
        beside = _conv(filters, 1)(beside)
        # Residual connections of the first block would let a place see itself.
        vertical = above if first else layers.Add()([vertical, above])
        horizontal = beside if first else layers.Add()([horizontal, beside])
    h = _conv(filters, 1)(layers.Activation("relu")(horizontal))
    return _conv(num_codes, 1)(layers.Activation("relu")(h))


def code_inputs(size: tuple[int, ...], condition_shape: tuple[int, ...] | None) -> tuple[Any, Any]:
    """The inputs of a network over codes: integers (batch, *size), and the condition or None."""
    inputs = keras.Input(size, dtype="int32", name="indices")
    if condition_shape is None:
        return inputs, None
    return inputs, keras.Input(condition_shape, name="condition")


def from_condition(condition: Any, channels: int, num_axes: int) -> Any:
    """A learned shift (batch, 1, ..., channels), of `num_axes` axes, from a condition."""
    size = math.prod(condition.shape[1:])
    shift = layers.Dense(channels, use_bias=False)(layers.Reshape((size,))(condition))
    return layers.Reshape((*[1] * (num_axes - 2), channels))(shift)


def _convolutions(vertical, horizontal, filters, first):
    """Both stacks' convolutions: of the rows up to the own one, and of the own row."""
    side = _FIRST_KERNEL if first else _KERNEL
    half = side // 2
    above = layers.ZeroPadding2D(((half, 0), (half, half)), data_format="channels_last")(vertical)
    above = _conv(2 * filters, (half + 1, side))(above)
    # The first block sees only places to the left; the kernels of the others see the place too.
    width = half if first else half + 1
    beside = layers.ZeroPadding2D(((0, 0), (width - 1, 0)), data_format="channels_last")(
        _shifted(horizontal, columns=1) if first else horizontal
    )
    return above, _conv(2 * filters, (1, width))(beside)


def _shifted(x, rows=0, columns=0):
    """The map moved down and to the right, with zeros in what is left free."""
    padded = layers.ZeroPadding2D(((rows, 0), (columns, 0)), data_format="channels_last")(x)
    return layers.Cropping2D(((0, rows), (0, columns)), data_format="channels_last")(padded)


def _gate(h, shifts, filters):
    """tanh(a) sigmoid(b) of the two halves of the channels, shifted by the conditions."""
    for shift in shifts:
        h = layers.Add()([h, shift(2 * filters)])
    tanh = layers.Activation("tanh")(h[..., :filters])
    return layers.Multiply()([tanh, layers.Activation("sigmoid")(h[..., filters:])])


def _conv(filters, kernel_size):
    return layers.Conv2D(filters, kernel_size, data_format="channels_last")
