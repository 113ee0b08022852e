"""Sprites of known factors, drawn here in the manner of dSprites (Matthey et al., 2017)."""

import functools
import math
from typing import Any

import numpy as np

from keras_vae.datasets.checks import make_generator, require_count
from keras_vae.datasets.dataset import Dataset, Split
from keras_vae.typing import Seed

#: number of values of each factor, in the order of the columns
FACTOR_SIZES = {"shape": 3, "scale": 6, "rotation": 40, "x": 32, "y": 32}
#: sprites in the whole grid, 737,280
NUM_SPRITES = math.prod(FACTOR_SIZES.values())
SIDE = 64

#: side of the square that holds any sprite: where x and y move it by whole pixels, all fit
_PATCH = SIDE - FACTOR_SIZES["x"] + 1
#: pixels from a sprite's middle to its farthest point, at the largest scale
_RADIUS = 15.0
#: subpixels a side of which a grey value is the mean
_SUBPIXELS = 4
#: sprites put in place at once
_ROWS = 4096


def sprites(
    num_train: int = 10_000,
    num_validation: int = 0,
    num_test: int = 5_000,
    antialias: bool = False,
    seed: Seed = 0,
) -> Any:
    """White sprites on black, 64x64 pixels, with five known factors; drawn, not downloaded.

    The parts are disjoint random sets of the whole grid of 737,280 sprites, drawn without
    replacement; the same arguments give the same sets. `sprite_factors` and `draw_sprites` give any
    others. The sets are keras_vae's own, and its sprites are not those of dSprites: no number
    measured on the one compares with the other.

    | column of `y` | values | meaning |
    |---|---|---|
    | 0, shape | 3 | square, ellipse, heart |
    | 1, scale | 6 | 0.5, 0.6, ..., 1.0 |
    | 2, rotation | 40 | 0, 9, ..., 351 degrees, against the clock |
    | 3, x | 32 | pixels from the left end of its range |
    | 4, y | 32 | pixels from the upper end of its range |

    A square looks the same after a quarter of a turn and an ellipse after half of one, so that
    rotation is not to be read off every picture, as in dSprites.

    Args:
        num_train: int. Defaults to `10_000`.
        num_validation: int. Defaults to `0`, no validation.
        num_test: int. Defaults to `5_000`.
        antialias: bool, whether edges are grey; they are black or white otherwise. Defaults to
            `False`, as in dSprites.
        seed: int, or a `np.random.Generator`, of the choice. Defaults to `0`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 64, 64) in [0, 1], `y` int64 (samples, 5),
        the factors' numbers.

    Raises:
        ValueError: a count is out of range, or there are not so many sprites.

    References:
        - Matthey, Higgins, Hassabis and Lerchner, 2017. dSprites: disentanglement testing sprites
          dataset, github.com/google-deepmind/dsprites-dataset.

    Example:

    >>> train, validation, test = sprites(num_train=100, num_test=50)
    >>> train.x.shape, train.y.shape, test.x.shape
    ((100, 64, 64), (100, 5), (50, 64, 64))
    """
    counts = {"num_train": num_train, "num_validation": num_validation, "num_test": num_test}
    for name, count in counts.items():
        require_count("sprites", name, count, least=int(name != "num_validation"))
    total = sum(counts.values())
    if total > NUM_SPRITES:
        raise ValueError(f"sprites has {NUM_SPRITES} sprites in all. Received: {counts}")
    chosen = make_generator("sprites", seed).choice(NUM_SPRITES, total, replace=False)
    train, validation, test = np.split(chosen, [num_train, num_train + num_validation])
    parts = [_part(indices, antialias) if len(indices) else None for indices in (train, test)]
    return Dataset(parts[0], _part(validation, antialias) if len(validation) else None, parts[1])


def sprite_factors(indices: Any = None) -> Any:
    """The factors of sprites, by their place in the grid, whose last factor changes fastest.

    Args:
        indices: integer array (n,), from 0 to 737,279. Defaults to `None`, the whole grid.

    Returns:
        int64 array (n, 5): shape, scale, rotation, x and y, as `sprites` has them.

    Raises:
        ValueError: an index is out of range.

    Example:

    >>> sprite_factors([0, 31, 32, 737_279]).tolist()
    [[0, 0, 0, 0, 0], [0, 0, 0, 0, 31], [0, 0, 0, 1, 0], [2, 5, 39, 31, 31]]
    """
    indices = np.arange(NUM_SPRITES) if indices is None else np.asarray(indices)
    if indices.ndim != 1 or indices.dtype.kind not in "iu":
        raise ValueError(
            "sprite_factors needs indices as integers (n,). "
            f"Received: indices of shape {indices.shape} and dtype {indices.dtype}"
        )
    if indices.size and (indices.min() < 0 or indices.max() >= NUM_SPRITES):
        raise ValueError(
            f"sprite_factors needs indices from 0 to {NUM_SPRITES - 1}. "
            f"Received: indices from {indices.min()} to {indices.max()}"
        )
    return np.stack(np.unravel_index(indices, tuple(FACTOR_SIZES.values())), axis=-1)


def draw_sprites(factors: Any, antialias: bool = False) -> Any:
    """Pictures of sprites with given factors.

    Args:
        factors: integer array (n, 5): shape, scale, rotation, x and y, as `sprites` has them.
        antialias: bool, whether edges are grey. Defaults to `False`.

    Returns:
        float32 array (n, 64, 64) in [0, 1].

    Raises:
        ValueError: a factor is out of range.

    Example:

    >>> draw_sprites(np.array([[0, 5, 0, 16, 16], [2, 0, 20, 0, 31]])).shape
    (2, 64, 64)
    """
    factors = _checked(factors)
    shape, scale, rotation, x, y = factors.T
    patches = _patches(bool(antialias))
    pictures = np.zeros((len(factors), SIDE, SIDE), "float32")
    inside = np.arange(_PATCH)
    # In blocks, for the places of all pixels of all sprites would take more room than they.
    for first in range(0, len(factors), _ROWS):
        part = slice(first, first + _ROWS)
        rows, columns = y[part, None] + inside, x[part, None] + inside
        sprite = np.arange(first, first + len(rows))
        pictures[sprite[:, None, None], rows[:, :, None], columns[:, None]] = patches[
            shape[part], scale[part], rotation[part]
        ]
    return pictures


def _part(indices, antialias):
    factors = sprite_factors(indices)
    return Split(draw_sprites(factors, antialias), factors)


def _checked(factors):
    factors = np.asarray(factors)
    if factors.ndim != 2 or factors.shape[1] != 5 or factors.dtype.kind not in "iu":
        raise ValueError(
            "draw_sprites needs factors as integers (n, 5). "
            f"Received: factors of shape {factors.shape} and dtype {factors.dtype}"
        )
    sizes = np.array(list(FACTOR_SIZES.values()))
    if factors.size and (factors.min() < 0 or np.any(factors.max(axis=0) >= sizes)):
        raise ValueError(
            f"draw_sprites needs factors from 0 to one less than {FACTOR_SIZES}. "
            f"Received: factors from {factors.min(axis=0)} to {factors.max(axis=0)}"
        )
    return factors


@functools.cache
def _patches(antialias):
    """Each shape, scale and rotation in the middle of a patch, (3, 6, 40, patch, patch)."""
    subpixels = _SUBPIXELS if antialias else 1
    # Where the middles of the subpixels lie, seen from the patch's middle.
    places = ((np.arange(_PATCH * subpixels) + 0.5) / subpixels - _PATCH / 2).astype("float32")
    column, row = np.meshgrid(places, -places)  # row upwards, so that the heart stands upright
    scales = np.linspace(0.5, 1.0, FACTOR_SIZES["scale"], dtype="float32")[:, None, None, None]
    angles = np.arange(FACTOR_SIZES["rotation"], dtype="float32") * (
        2 * math.pi / FACTOR_SIZES["rotation"]
    )
    cos, sin = np.cos(angles)[:, None, None], np.sin(angles)[:, None, None]
    # In the sprite's own frame, with its farthest point at a distance of 1.
    u = (column * cos + row * sin) / (_RADIUS * scales)
    v = (row * cos - column * sin) / (_RADIUS * scales)
    inside = np.stack([_square(u, v), _ellipse(u, v), _heart(u, v)])
    size = (*inside.shape[:3], _PATCH, subpixels, _PATCH, subpixels)
    return inside.reshape(size).mean(axis=(-3, -1), dtype="float32")


def _square(u, v):
    return np.maximum(np.abs(u), np.abs(v)) <= math.sqrt(0.5)


def _ellipse(u, v):
    return u**2 + (2 * v) ** 2 <= 1


def _heart(u, v):
    # The curve (x^2 + y^2 - 1)^3 = x^2 y^3, whose farthest points are 1.337 from the middle of its
    # height, at 0.118.
    x, y = 1.337 * u, 1.337 * v + 0.118
    return (x**2 + y**2 - 1) ** 3 <= x**2 * y**3
