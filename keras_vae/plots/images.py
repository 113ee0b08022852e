"""Images as the plots draw them: checked, clipped, and tiled into one picture."""

from typing import Any

import keras
import numpy as np


def as_images(argument: Any, images: Any, vmin: Any, vmax: Any) -> Any:
    """Arrays or tensors of images in [vmin, vmax] as (count, height, width[, 3]) in [0, 1].

    Values outside are clipped: a cast to bytes instead would wrap 1.01 round to nearly black.
    """
    images = np.asarray(keras.ops.convert_to_numpy(images))
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim != 3 and (images.ndim != 4 or images.shape[-1] != 3) or 0 in images.shape:
        raise ValueError(
            f"`{argument}` must be images of shape (count, height, width), (count, height, width, "
            f"1) or (count, height, width, 3). Received: {argument} of shape {images.shape}"
            + (". Flat images need a reshape: x.reshape(-1, 28, 28)" if images.ndim == 2 else "")
        )
    if np.issubdtype(images.dtype, np.integer) and images.max() > vmax:
        raise ValueError(
            f"`{argument}` must be in [vmin, vmax], or vmax=255 be given for bytes. "
            f"Received: {argument} of integers up to {images.max()}, vmax={vmax}"
        )
    if not vmin < vmax:
        raise ValueError(f"`vmin` must be below `vmax`. Received: vmin={vmin}, vmax={vmax}")
    return np.clip((images.astype("float64") - vmin) / (vmax - vmin), 0.0, 1.0)


def tile(images: Any, columns: Any, gap: Any = 1) -> Any:
    """One picture of all images row by row, `gap` white pixels apart, (height, width[, 3])."""
    count, height, width, *channels = images.shape
    rows = -(-count // columns)
    picture = np.ones((rows * (height + gap) - gap, columns * (width + gap) - gap, *channels))
    for i, image in enumerate(images):
        row, column = divmod(i, columns)
        top, left = row * (height + gap), column * (width + gap)
        picture[top : top + height, left : left + width] = image
    return picture


def centres(count: Any, side: Any, gap: Any = 1) -> Any:
    """Where the middles of `count` tiles of `side` pixels lie along one axis, (count,)."""
    return np.arange(count) * (side + gap) + (side - 1) / 2


def size_of(picture: Any, columns: Any) -> Any:
    """Width and height in inches of a figure for a picture of so many columns."""
    width = float(np.clip(0.75 * columns, 2.0, 6.5))  # 6.5 is a printed page's width
    return width, width * picture.shape[0] / picture.shape[1]


def draw(axes: Any, picture: Any, interpolation: str = "nearest") -> Any:
    """Show a picture in [0, 1] pixel by pixel, without ticks."""
    axes.imshow(picture, cmap="gray", vmin=0.0, vmax=1.0, interpolation=interpolation)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    return axes
