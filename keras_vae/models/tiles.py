"""Large images in tiles: each goes through a network by itself, and the results are blended.

Where two tiles overlap, the weight of one falls linearly from one to zero and that of the other
rises. A tile does not see what is beyond its edge. So the result is that of the whole image where
all tiles that count are wider than what the network sees, and near to it elsewhere.
"""

import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import numpy as np

from keras_vae.checks import check_count, check_whole, is_free, refuse
from keras_vae.models.image_sizes import check_free, first_of
from keras_vae.models.programs import progress_bar, rows_at_once

#: side of the overlap of two tiles, in pixels
OVERLAP = 64


class Scales(NamedTuple):
    """How many places a cell of the latent has along a side.

    Args:
        before: int, in what a network takes: the stride for an encoder, one for a decoder.
        behind: int, in what it gives.
    """

    before: int
    behind: int


def run_encoder(vae: Any, inputs: Any, tile: int | None, overlap: int, **options: Any) -> Any:
    """The encoder's outputs of prepared examples, arrays (n, ...), whole or in tiles.

    Args:
        vae: `keras_vae.VAE`.
        inputs: array (n, event), or a dict of it and the fields beside it.
        tile: int, side of a tile in pixels. `None`: whole images.
        overlap: int, of two tiles, in pixels.
        **options: `batch_size` and `verbose`, as of `Program.run`.
    """
    run = vae.program("encoder").run
    if tile is None:
        return run(inputs, **options)
    cells = _cells(vae, "encode", tile, overlap)
    return in_tiles(run, inputs, *cells, Scales(vae.stride, 1), **options)


def run_decoder(vae: Any, inputs: Any, tile: int | None, overlap: int, **options: Any) -> Any:
    """The decoder's outputs of latents, arrays (n, ...), whole or in tiles; as `run_encoder`."""
    run, rows = vae.program("decoder").run, options.pop("batch_size", None)
    if tile is None:
        return run(inputs, decoder_rows(vae, inputs, rows), **options)
    cells = _cells(vae, "decode", tile, overlap)

    def of_tile(part: Any, batch_size: int | None, verbose: Any) -> Any:
        return run(part, decoder_rows(vae, part, batch_size), verbose)

    return in_tiles(of_tile, inputs, *cells, Scales(1, vae.stride), batch_size=rows, **options)


def decoder_rows(vae: Any, inputs: Any, batch_size: int | None) -> int | None:
    """The batch size for latents: the user's, or one that follows from the images' size."""
    if batch_size is not None or not is_free(vae.data_shape):
        return batch_size
    return rows_at_once(vae, inputs, vae.stride)


def in_tiles(
    run: Callable[..., Any],
    inputs: Any,
    tile: int,
    overlap: int,
    scales: Scales,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """What a network gives for large maps, tile by tile, blended where tiles overlap.

    Args:
        run: function (inputs, batch_size, verbose) that gives arrays (n, height, width, ...) in a
            nest; height and width are those of its input by the factor of `scales`.
        inputs: array (n, height, width, channels), or a dict with such an array `"x"`.
        tile: int, side of a tile in cells of the latent.
        overlap: int, least overlap of two neighbours in cells of the latent.
        scales: `Scales` of the network.
        batch_size: int. Defaults to `None`, see `Program.run`.
        verbose: `"auto"`, 0, 1 or 2, of a bar over tiles. Defaults to `"auto"`.

    Returns:
        The arrays that `run` would give for whole maps, in its nest.
    """
    x = first_of(inputs)
    sides = [side // scales.before for side in x.shape[1:3]]
    axes = [ramps(side, tile, overlap, scales.behind) for side in sides]
    bar = progress_bar(math.prod(map(len, axes)), verbose)
    total: Any = None
    for (top, of_rows), (left, of_columns) in itertools.product(*axes):
        before = [
            slice(start * scales.before, (start + min(tile, side)) * scales.before)
            for start, side in zip((top, left), sides, strict=True)
        ]
        part = x[:, before[0], before[1]]
        given = {**inputs, "x": part} if isinstance(inputs, dict) else part
        outputs = run(given, batch_size, 0)
        if total is None:
            size = [side * scales.behind for side in sides]
            total = keras.tree.map_structure(
                lambda array, size=size: np.zeros((len(array), *size, *array.shape[3:]), "float32"),
                outputs,
            )
        weight = of_rows[:, None, None] * of_columns[:, None]
        rows, columns = (
            slice(start * scales.behind, start * scales.behind + len(ramp))
            for start, ramp in ((top, of_rows), (left, of_columns))
        )
        for place, array in zip(
            keras.tree.flatten(total), keras.tree.flatten(outputs), strict=True
        ):
            place[:, rows, columns] += weight * array
        bar.add(1)
    return total


def ramps(side: int, tile: int, overlap: int, scale: int) -> list[tuple[int, np.ndarray]]:
    """Where tiles begin along a side, and the weights of their places, which sum to one everywhere.

    Args:
        side: int, length in cells.
        tile: int, length of a tile in cells.
        overlap: int, least overlap of two neighbours in cells, less than `tile`.
        scale: int, places of the result for each cell.

    Returns:
        List of pairs: the first cell of a tile, and a float32 array (length * scale,). The tiles
        have one length, and their overlaps differ by a cell at most.
    """
    if side <= tile:
        return [(0, np.ones(side * scale, "float32"))]
    count = math.ceil((side - overlap) / (tile - overlap))
    starts = [round(i * (side - tile) / (count - 1)) for i in range(count)]
    shared = [scale * (a + tile - b) for a, b in itertools.pairwise(starts)]
    place = np.arange(tile * scale) + 0.5
    weights, total = [], np.zeros(side * scale)
    for start, left, right in zip(starts, [0, *shared], [*shared, 0], strict=True):
        weight = np.ones(tile * scale)
        if left:
            weight = np.minimum(weight, place / left)
        if right:
            weight = np.minimum(weight, place[::-1] / right)
        total[start * scale : (start + tile) * scale] += weight
        weights.append(weight)
    # Of more than two tiles at one place the ramps do not sum to one by themselves.
    parts = [total[start * scale : (start + tile) * scale] for start in starts]
    pairs = zip(starts, weights, parts, strict=True)
    return [(start, (weight / part).astype("float32")) for start, weight, part in pairs]


def _cells(vae: Any, owner: str, tile: int, overlap: int) -> tuple[int, int]:
    """Tile and overlap in cells of the latent, of both in pixels, checked."""
    check_free(vae, owner, tile=tile)
    check_count(owner, tile=tile)
    check_whole(owner, overlap=overlap)
    stride = vae.stride
    for name, value in (("tile", tile), ("overlap", overlap)):
        if value % stride:
            refuse(owner, f"a multiple of {stride}, the stride of the networks", **{name: value})
    if overlap >= tile:
        refuse(owner, f"less than tile={tile}", overlap=overlap)
    return tile // stride, overlap // stride
