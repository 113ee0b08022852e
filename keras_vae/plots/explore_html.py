"""A page to walk about the latents in any browser, without a server."""

import base64
import html
import importlib.resources
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_vae import atomic
from keras_vae.parts import check_count
from keras_vae.plots.colors import PALETTE, check_labels, label_colors
from keras_vae.plots.images import as_images, tile
from keras_vae.plots.latents import (
    check_condition,
    check_span,
    decoded,
    num_latents,
    origin,
    quantiles,
)
from keras_vae.plots.manifold import check_dims, grid

_MAX_SIDE = 8192  # pixels of a sheet of images: what the browsers of phones still draw
_MAX_POINTS = 3000
_MAX_CLASSES = 20


def explore_html(
    vae: keras.Model | Callable[[Any], Any],
    path: str | os.PathLike[str],
    z: Any = None,
    labels: Any = None,
    dims: Any = (0, 1),
    num: int | None = None,
    span: float = 0.99,
    fixed: Any = None,
    latent_dim: int | None = None,
    conditions: Any = None,
    title: str = "Latent map",
    vmin: float = 0.0,
    vmax: float = 1.0,
) -> Path:
    """Write one page on which moving over the map of two latents shows the decoded image.

    The images are decoded once, on a grid of evenly spaced latents, and stand in the page, which
    asks for nothing from anywhere: it opens from a file, a mail or a web server alike. The map
    follows the mouse, a finger, or the arrow keys.

    Args:
        vae: `VAE` of images, or function (count, latent) -> images.
        path: str or path of the page.
        z: array (count, latent), points on the map, such as `vae.encode(x)`; of more than 3,000 an
            even choice is drawn. Defaults to `None`, no points.
        labels: array (count,), which colour the points as in `latent_scatter`. Defaults to `None`.
        dims: tuple of two ints, the latents along the horizontal and the vertical axis; or a list
            of such pairs, between which the page has a menu. Defaults to `(0, 1)`.
        num: int, the images along each axis. Defaults to `None`: 41 for one map, 21 for several,
            fewer if the images are large.
        span: float in (0, 1), the prior's mass that each axis holds at least; the map widens to
            hold 99 % of the points. Defaults to `0.99`.
        fixed: array (latent,), the values of the latents that do not vary. Defaults to `None`,
            the prior's medians; zeros for the standard normal one.
        latent_dim: int, the size of the latent space, where `vae` is a function. Defaults to
            `None`: the model's, or that of `fixed`, or 2.
        conditions: labels (count,) or array (count, condition), between which the page has a menu.
            Defaults to `None`: of conditional models of up to 20 classes, each class.
        title: str, the page's heading. Defaults to `"Latent map"`.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        The page's `pathlib.Path`.

    Raises:
        ValueError: if an argument is out of its range, if what is decoded is not images, or if the
            model's latents are maps, directions, points of a ball or bits.
        OSError: if the page cannot be written; an old one is kept.

    Example:

    ```python
    path = keras_vae.plots.explore_html(vae, "digits.html", z=vae.encode(x), labels=y, num=15)
    ```
    """
    check_span(span)
    size = num_latents("explore_html", vae, latent_dim, fixed=fixed)
    pairs = [tuple(pair) for pair in (dims if np.ndim(dims) == 2 else [dims])]
    for pair in pairs:
        check_dims(pair, size)
    conditions = _all_conditions(vae, conditions)
    start = origin(vae, size, fixed, conditions[0])[None]
    probe = as_images("decode(z)", decoded(vae, start, conditions[0]), vmin, vmax)
    num = _checked_num(num, max(probe.shape[1:3]), len(pairs) * len(conditions))
    points, colors, legend = _points(z, labels, size)

    def map_of(pair: tuple[int, int], condition: Any) -> dict[str, Any]:
        values = _values(vae, pair, size, points, num, span, condition)
        latents = grid(values, pair, origin(vae, size, fixed, condition))
        images = as_images("decode(z)", decoded(vae, latents, condition), vmin, vmax)
        name = None if condition is None else _name(condition, conditions)
        return {"dims": pair, "condition": name, "values": values.T, "sheet": _sheet(images, num)}

    data = {
        "title": title,
        "num": num,
        "cell": probe.shape[1:3],
        "maps": [map_of(pair, condition) for pair in pairs for condition in conditions],
        "points": {dim: points[:, dim] for dim in sorted({dim for pair in pairs for dim in pair})},
        "colors": colors,
        "legend": list(legend.items()),
    }
    return atomic.write_text(path, _page(title, data))


def _all_conditions(vae, conditions):
    """The conditions that have maps of their own, each a label or a row; `[None]` without any."""
    shape = getattr(vae, "condition_shape", None)
    if (
        conditions is None
        and shape is not None
        and shape[1:] == ()
        and 1 < shape[0] <= _MAX_CLASSES
    ):
        conditions = range(shape[0])
    conditions = [None] if conditions is None else list(np.asarray(conditions))
    if not conditions:
        raise ValueError("`conditions` must not be empty. Received: conditions=[]")
    check_condition("explore_html", vae, conditions[0])
    return conditions


def _name(condition, conditions):
    """A label by itself, a row by its number."""
    if np.ndim(condition) == 0:
        return str(condition)
    return str([condition is other for other in conditions].index(True) + 1)


def _checked_num(num, side, num_maps):
    """The images along each axis: as given, or for a lively map and a page that is not large."""
    if num is None:
        return int(np.clip(2048 // side, 9, 41 if num_maps == 1 else 21))
    check_count("plots.explore_html", num=num)
    if num < 2:
        raise ValueError(f"`num` must be at least 2. Received: num={num}")
    if num * side > _MAX_SIDE:
        raise ValueError(
            f"plots.explore_html makes sheets of up to {_MAX_SIDE} pixels a side. "
            f"Received: num={num} images of {side} pixels; take fewer"
        )
    return num


def _points(z, labels, size):
    """Points (points, latent), the colour of each by its number, and the legend."""
    if z is None:
        if labels is not None:
            raise ValueError("`labels` are those of points: give `z` too. Received: z=None")
        return np.empty((0, size)), [], {}
    z = np.asarray(keras.ops.convert_to_numpy(z), "float64")
    if z.ndim != 2 or z.shape[1] != size or not len(z):
        raise ValueError(f"`z` must have shape (count, {size}). Received: z of shape {z.shape}")
    labels = check_labels(labels, len(z))
    kept = np.linspace(0, len(z) - 1, min(len(z), _MAX_POINTS)).round().astype(int)
    if labels is None:
        return z[kept], [PALETTE[0]] * len(kept), {}
    colors, legend = label_colors(labels)
    return z[kept], colors[kept].tolist(), legend


def _values(vae, pair, size, points, num, span, condition):
    """Evenly spaced values of the horizontal and the vertical latent, (num, 2)."""
    ends = quantiles(vae, size, [0.5 - span / 2, 0.5 + span / 2], condition)[:, list(pair)]
    if len(points):
        seen = np.quantile(points[:, list(pair)], [0.005, 0.995], axis=0)
        ends = np.stack([np.minimum(ends[0], seen[0]), np.maximum(ends[1], seen[1])])
    return np.linspace(*ends, num)


def _sheet(images, num):
    """All images of a map as one picture, a PNG in a data URL."""
    from PIL import Image

    picture = np.uint8(255 * tile(images, num, gap=0) + 0.5)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def _page(title, data):
    template = importlib.resources.files("keras_vae.plots") / "explore.html"
    # No text of the user's may end the script that it stands in.
    text = json.dumps(data, default=_plain, separators=(",", ":")).replace("<", "\\u003c")
    page = template.read_text(encoding="utf-8")
    return page.replace("{{title}}", html.escape(title)).replace("{{data}}", text)


def _plain(value):
    """Arrays as lists of numbers, short ones: a thousandth is less than a pixel of the map."""
    return np.round(value, 3).tolist()
