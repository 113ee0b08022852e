"""Images between two images."""

from typing import Any

import keras
import numpy as np

from keras_vae.plots.figures import single
from keras_vae.plots.images import as_images, centres, draw, size_of, tile


def interpolations(
    x: Any, a: Any = None, b: Any = None, vmin: float = 0.0, vmax: float = 1.0
) -> Any:
    """Figure of a row for each way from one example to another.

    Args:
        x: images (count, steps, height, width), with a last axis of 1 or 3 channels or none, as
            `vae.interpolate(a, b)` gives them.
        a: images (count, height, width[, channels]) that the ways come from, drawn on the left.
            Defaults to `None`: not drawn.
        b: images that the ways lead to, drawn on the right. Defaults to `None`: not drawn.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if `x` is not rows of images, or `a` or `b` are not as many images of that size.

    Example:

    ```python
    a, b = x[:4], x[4:8]
    figure = keras_vae.plots.interpolations(vae.interpolate(a, b), a, b)
    ```
    """
    x = np.asarray(keras.ops.convert_to_numpy(x))
    if x.ndim not in (4, 5) or 0 in x.shape:
        raise ValueError(
            "`x` must be images of shape (count, steps, height, width), with 1 or 3 channels or "
            f"none behind them. Received: x of shape {x.shape}"
        )
    count, steps = x.shape[:2]
    images = as_images("x", x.reshape(-1, *x.shape[2:]), vmin, vmax)
    images = images.reshape(count, steps, *images.shape[1:])
    a, b = (_end(name, end, images, vmin, vmax) for name, end in (("a", a), ("b", b)))
    return _figure(images, a, b)


def _end(name, end, images, vmin, vmax):
    """Originals at one end of the ways, (count, 1, height, width[, 3]), or None."""
    if end is None:
        return None
    end = as_images(name, end, vmin, vmax)
    expected = (len(images), *images.shape[2:])
    if end.shape != expected:
        raise ValueError(
            f"`{name}` must be an image for each row of `x`, of shape {expected}. "
            f"Received: {name} of shape {end.shape}"
        )
    return end[:, None]


def _figure(images, a, b):
    count, steps, _, width = images.shape[:4]
    gap = width // 2  # between the originals and the way
    named = [("from", a), (None, images), ("to", b)]
    parts, ticks, labels, left = [], [], [], 0
    for name, block in named:
        if block is None:
            continue
        part = tile(block.reshape(count * block.shape[1], *block.shape[2:]), block.shape[1])
        places = left + centres(block.shape[1], width)
        ticks += [places[0]] if name else [places[0], places[-1]]
        labels += [name] if name else ["0", "1"]
        parts += [part, np.ones_like(part[:, :1]).repeat(gap, axis=1)]
        left += part.shape[1] + gap
    picture = np.concatenate(parts[:-1], axis=1)
    figure, axes = single(size_of(picture, steps + len(parts) // 2 - 1), layout="compressed")
    draw(axes, picture)
    axes.set_xticks(ticks, labels)
    return figure
