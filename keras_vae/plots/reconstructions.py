"""Originals above their reconstructions."""

from typing import Any

import numpy as np

from keras_vae.plots.figures import single
from keras_vae.plots.images import as_images, centres, draw, size_of, tile

_LABELS = 1.2  # inches left of the picture


def reconstructions(
    x: Any, x_hat: Any, num_images: int = 10, vmin: float = 0.0, vmax: float = 1.0
) -> Any:
    """Figure of a row of originals above the row of their reconstructions.

    Args:
        x: images (count, height, width), (count, height, width, 1) or (count, height, width, 3).
        x_hat: their reconstructions, the same shape; a channel axis of one may differ.
        num_images: int, how many of the first images are drawn. Defaults to `10`.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if `x` or `x_hat` are not images, or differ in shape, or `num_images` is not
            positive.

    Example:

    ```python
    figure = keras_vae.plots.reconstructions(x, vae.reconstruct(x))
    ```
    """
    if num_images < 1:
        raise ValueError(
            f"`num_images` must be a positive integer. Received: num_images={num_images}"
        )
    originals = as_images("x", x, vmin, vmax)
    copies = as_images("x_hat", x_hat, vmin, vmax)
    if originals.shape != copies.shape:
        raise ValueError(
            "`x` and `x_hat` must have the same shape. "
            f"Received: x of {originals.shape}, x_hat of {copies.shape}"
        )
    columns = min(num_images, len(originals))
    picture = tile(np.concatenate([originals[:columns], copies[:columns]]), columns)
    width, height = size_of(picture, columns)
    figure, axes = single((width + _LABELS, height), layout="compressed")
    draw(axes, picture)
    axes.set_yticks(centres(2, originals.shape[1]), ["original", "reconstruction"])
    return figure
