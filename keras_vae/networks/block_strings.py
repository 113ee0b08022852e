"""Blocks of a very deep VAE as its paper writes them (Child, 2021), arxiv.org/abs/2011.10650."""

import math
import re
from typing import NamedTuple

from keras_vae import checks
from keras_vae.typing import Shape

#: height of the maps at which a default stops to halve them
_SMALL = 4


class Block(NamedTuple):
    """One block of residual layers.

    Args:
        height: int, of the maps that it sees.
        rate: int, by which it shrinks them behind itself, in an encoder. Defaults to `None`.
        mixin: int, height of smaller maps that are added in front of it, in a decoder. Defaults
            to `None`.
    """

    height: int
    rate: int | None = None
    mixin: int | None = None


def parse_blocks(argument: str, text: str) -> list[Block]:
    """The blocks of a string such as `"32x11,32d2,16x6"` or `"1x1,4m1,4x2"`.

    `"32x11"` are eleven blocks of maps 32 high, `"32d2"` one that halves them, `"4m1"` one of maps
    4 high, to which those of height 1 are added, and `"32"` one block.

    Args:
        argument: name of the argument, for the error.
        text: str.

    Raises:
        ValueError: if a piece is something else.
    """
    blocks: list[Block] = []
    for piece in text.split(",") if isinstance(text, str) else [""]:
        match = re.fullmatch(r"\s*([1-9]\d*)(?:([xdm])([1-9]\d*))?\s*", piece)
        if match is None:
            expected = 'pieces such as "32x11", "32d2" and "4m1" with commas between them'
            checks.refuse("networks.VeryDeep", expected, **{argument: text})
        else:
            blocks += _blocks_of(*match.groups())
    return blocks


def _blocks_of(height, kind, number):
    height, number = int(height), int(number or 1)
    if kind == "d":
        return [Block(height, rate=number)]
    if kind == "m":
        return [Block(height, mixin=number)]
    return [Block(height)] * number


def default_heights(height: int) -> list[int]:
    """Heights of maps from the data's up to 1: halved while they are even and above 4."""
    heights = [height]
    while heights[-1] > _SMALL and heights[-1] % 2 == 0:
        heights.append(heights[-1] // 2)
    return heights if heights[-1] == 1 else [*heights, 1]


def default_encoder_blocks(height: int) -> str:
    """Two blocks at each height of maps, from the data's on, and one at height 1."""
    heights = default_heights(height)
    pieces = [
        f"{high}x2,{high}d{math.ceil(high / low)}"
        for high, low in zip(heights[:-1], heights[1:], strict=True)
    ]
    return ",".join([*pieces, "1x1"])


def default_decoder_blocks(height: int) -> str:
    """One block at height 1, and three at each height below."""
    heights = default_heights(height)[::-1]
    pieces = [f"{high}m{low},{high}x2" for low, high in zip(heights[:-1], heights[1:], strict=True)]
    return ",".join(["1x1", *pieces])


def map_size(height: int, data_shape: Shape) -> tuple[int, int]:
    """Height and width of maps of this height: the width shrinks as the height does, upwards."""
    return height, math.ceil(data_shape[1] * height / data_shape[0])


def check_encoder_blocks(blocks: list[Block], height: int) -> None:
    """Raise a ValueError unless each block sees maps of the height that it is for."""
    for block in blocks:
        if block.height != height or block.mixin is not None:
            raise ValueError(
                f"networks.VeryDeep needs enc_blocks that begin at the height of the data and "
                f'follow their own strides, such as "28x2,28d2,14x2". Received: a block '
                f"{block} where maps are {height} high"
            )
        height = math.ceil(height / (block.rate or 1))


def check_decoder_blocks(blocks: list[Block], heights: set[int], height: int) -> None:
    """Raise a ValueError unless each block has maps of the encoder, and the last ones are data's.

    Args:
        blocks: of the decoder.
        heights: of the maps that the encoder gives.
        height: of the data.
    """
    seen: set[int] = set()
    for block in blocks:
        known = block.height in heights and block.rate is None
        if not known or (block.mixin is not None and block.mixin not in seen):
            raise ValueError(
                f"networks.VeryDeep needs dec_blocks of the heights {sorted(heights)} of the "
                f"encoder's maps, and mixes in those that come before. Received: {block}"
            )
        seen.add(block.height)
    if blocks[-1].height != height:
        raise ValueError(
            f"networks.VeryDeep needs dec_blocks that end at the height of the data, {height}. "
            f"Received: {blocks[-1]} at the end"
        )
