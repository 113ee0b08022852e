"""One latent after the other moved, the others held (Higgins et al., 2017)."""

import math
from typing import Any

import matplotlib
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from keras_vae.parts import check_count
from keras_vae.plots.colors import COLORMAP
from keras_vae.plots.figures import PAGE, panels, single
from keras_vae.plots.images import as_images, centres, draw, size_of, tile
from keras_vae.plots.latents import (
    check_condition,
    check_span,
    decoded,
    is_standard,
    num_latents,
    origin,
    prior_of,
    quantiles,
)
from keras_vae.plots.walks import in_categories, walks


def traversals(
    decode: Any,
    z: Any = None,
    dims: Any = None,
    num: int = 11,
    span: float = 0.98,
    kl: Any = None,
    latent_dim: int | None = None,
    condition: Any = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
) -> Any:
    """Figure of what happens as each latent moves through its prior and the others stay.

    Images have a row for each latent. Curves, data of shape (count, length), have a panel for each,
    where colour is the latent's value. A categorical variable beside numbers, as in
    `models.JointVAE`, is one of the latents, and its row goes through its categories.

    Args:
        decode: `VAE`, or function (count, latent) -> images or curves.
        z: array (latent,), the values of the latents that stay, such as `vae.encode(x[:1])[0]`.
            Defaults to `None`, the prior's medians; zeros for the standard normal one.
            A categorical variable stays in its likeliest category.
        dims: sequence of ints, the latents to move, where a categorical variable counts as one
            latent. Defaults to `None`, all.
        num: int, the values of each latent, equally far from each other; as many as there are
            categories if those are more. Defaults to `11`.
        span: float in (0, 1), the prior's mass between the first and the last value. Defaults to
            `0.98`, which is from -2.3 to 2.3 of a standard normal.
        kl: array (latent,), the KL of each latent in nats, which orders the latents, the most
            informative first, and is written beside them. Defaults to `None`.
        latent_dim: int, the size of the latent space, where `decode` is a function. Defaults to
            `None`: the model's, or that of `z`, or 2.
        condition: label, or array (condition,), of conditional models. Defaults to `None`.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: if an argument is out of its range, if what is decoded is neither images nor
            curves, or if the model's latents are maps, directions, points of a ball or bits.

    Example:

    ```python
    figure = keras_vae.plots.traversals(vae, z=vae.encode(x[:1])[0])
    ```

    Reference:
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)
    """
    check_count("plots.traversals", num=num)
    if num < 2:
        raise ValueError(f"`num` must be at least 2. Received: num={num}")
    check_span(span)
    size = num_latents("traversals", decode, latent_dim, categories=True, z=z)
    check_condition("traversals", decode, condition)
    found = walks(prior_of(decode), size)
    dims, kl = _ordered(dims, kl, len(found))
    chosen = [found[dim] for dim in dims]
    num = max([num, *(walk.num_categories or 0 for walk in chosen)])
    low, high = quantiles(decode, size, [0.5 - span / 2, 0.5 + span / 2], condition)
    values = np.linspace(low, high, num)[:, [walk.start for walk in chosen]].T  # (dims, num)
    base = in_categories(origin(decode, size, z, condition), found)
    rows = [walk.through(base, row) for walk, row in zip(chosen, values, strict=True)]
    x = decoded(decode, np.concatenate(rows), condition)
    lengths = [len(row) for row in rows]
    names = [_name(dim, found[dim], kl) for dim in dims]
    if x.ndim == 2:
        return _curves(np.split(x, np.cumsum(lengths)[:-1]), values, names)
    images = _whole_rows(as_images("decode(z)", x, vmin, vmax), lengths, num)
    return _rows(images, values if is_standard(decode) else None, names, span)


def _name(dim, walk, kl):
    kind = "" if walk.num_categories is None else " (categories)"
    return f"$z_{{{dim}}}${kind}" + ("" if kl is None else f"  {kl[dim]:.2f} nats")


def _whole_rows(images, lengths, num):
    """Rows of `num` images, with white ones behind the last category."""
    blank = np.ones((1, *images.shape[1:]))
    rows = np.split(images, np.cumsum(lengths)[:-1])
    return np.concatenate([np.concatenate([row, *[blank] * (num - len(row))]) for row in rows])


def _ordered(dims, kl, size):
    """The latents to move in their order, and the KL of all, or None."""
    dims = np.arange(size) if dims is None else np.atleast_1d(dims)
    known = dims.ndim == 1 and np.issubdtype(dims.dtype, np.integer) and len(dims)
    if not known or dims.min() < 0 or dims.max() >= size or len(set(dims)) < len(dims):
        raise ValueError(
            f"`dims` must be different latents from 0 to {size - 1}. Received: dims={dims.tolist()}"
        )
    if kl is None:
        return dims, None
    kl = np.asarray(kl)
    if kl.shape != (size,):
        raise ValueError(
            f"`kl` must have shape ({size},), one for each latent. Received: kl of {kl.shape}"
        )
    return dims[np.argsort(-kl[dims], kind="stable")], kl


def _rows(images, values, names, span):
    num = len(images) // len(names)
    picture = tile(images, num)
    width, height = size_of(picture, num)
    figure, axes = single((width + 0.12 * max(map(len, names)), height + 0.4), "compressed")
    draw(axes, picture)
    _, tall, wide = images.shape[:3]
    axes.set_yticks(centres(len(names), tall), names)
    places = centres(num, wide)
    if values is not None:
        axes.set_xticks(places, [f"{value:z.1f}" for value in values[0]], size="x-small")
    else:
        ends = [f"{0.5 - span / 2:.0%} of the prior", f"{0.5 + span / 2:.0%}"]
        axes.set_xticks(places[[0, -1]], ends, size="x-small")
    return figure


def _curves(x, values, names):
    columns = min(len(names), 3)
    rows = math.ceil(len(names) / columns)
    size = (max(3.2, PAGE * columns / 3) + 0.6, 1.9 * rows + 0.3)
    figure, grid = panels(rows, columns, size, sharex=True, sharey=True)
    scale = Normalize(values.min(), values.max())
    colors = matplotlib.colormaps[COLORMAP](scale(values))
    for axes, curves, shades, name in zip(grid.flat, x, colors, names, strict=False):
        for curve, shade in zip(curves, shades, strict=False):
            axes.plot(curve, color=shade, lw=1.2)
        axes.set_title(name)
        axes.grid(alpha=0.3)
    for axes in grid.flat[len(names) :]:
        axes.remove()
    for axes in grid.flat[max(0, len(names) - columns) : len(names)]:
        axes.tick_params(labelbottom=True)  # the lowest one left of each column
    mappable = ScalarMappable(scale, COLORMAP)
    figure.colorbar(mappable, ax=list(grid.flat[: len(names)]), label="value of the latent")
    return figure
