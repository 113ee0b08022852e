"""A grid of images, as of samples from the prior."""

import math
from typing import Any

from keras_vae.plots.figures import single
from keras_vae.plots.images import as_images, draw, size_of, tile


def samples(x: Any, columns: int | None = None, vmin: float = 0.0, vmax: float = 1.0) -> Any:
    """Figure of a grid of images.

    Args:
        x: images (count, height, width), (count, height, width, 1) or (count, height, width, 3).
        columns: int, the images in a row. Defaults to `None`, about as many as there are rows.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if `x` is not images, or `columns` is not positive.

    Example:

    ```python
    figure = keras_vae.plots.samples(vae.generate(64, seed=0))
    figure.savefig("samples.png")
    ```
    """
    images = as_images("x", x, vmin, vmax)
    if columns is None:
        columns = math.ceil(math.sqrt(len(images)))
    if columns < 1:
        raise ValueError(f"`columns` must be a positive integer. Received: columns={columns}")
    picture = tile(images, columns)
    figure, axes = single(size_of(picture, columns), layout="compressed")
    draw(axes, picture)
    return figure
