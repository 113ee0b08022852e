"""What a decoder makes of a grid of latents, as in Kingma and Welling (2014), figure 4."""

import math
from typing import Any

import numpy as np

from keras_vae.plots.figures import single
from keras_vae.plots.images import as_images, centres, draw, size_of, tile
from keras_vae.plots.latents import (
    check_condition,
    check_span,
    decoded,
    num_latents,
    origin,
    quantiles,
)

_MAX_TICKS = 20


def manifold(
    decode: Any,
    num: int = 15,
    span: float = 0.95,
    latent_dim: int | None = None,
    dims: Any = (0, 1),
    fixed: Any = None,
    condition: Any = None,
    vmin: float = 0.0,
    vmax: float = 1.0,
) -> Any:
    """Figure of the images decoded from a grid over two latents.

    The grid stands at equally spaced quantiles of the prior: its steps are equally probable, and
    its latents therefore not equally spaced. A standard normal prior's quantiles are exact, another
    prior's are those of its draws; functions are taken to have a standard normal one.

    Args:
        decode: `VAE`, or function (count, latent) -> images.
        num: int, the images along each axis. Defaults to `15`.
        span: float in (0, 1), the prior's mass between an axis' first and last latent. Defaults
            to `0.95`.
        latent_dim: int, the size of the latent space, where `decode` is a function. Defaults to
            `None`: the model's, or that of `fixed`, or 2.
        dims: tuple of two ints, the latents along the horizontal and the vertical axis, which
            points up. Defaults to `(0, 1)`.
        fixed: array (latent,), the values of the latents that do not vary. Defaults to `None`,
            the prior's medians; zeros for the standard normal one.
        condition: label, or array (condition,), of conditional models. Defaults to `None`.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if an argument is out of its range, if what is decoded is not images, or if the
            model's latents are maps, directions, points of a ball or bits.

    Example:

    ```python
    figure = keras_vae.plots.manifold(vae)
    ```

    Reference:
        - [Kingma & Welling, 2014](https://arxiv.org/abs/1312.6114)
    """
    if num < 2:
        raise ValueError(f"`num` must be at least 2. Received: num={num}")
    check_span(span)
    size = num_latents("manifold", decode, latent_dim, fixed=fixed)
    check_dims(dims, size)
    check_condition("manifold", decode, condition)
    levels = np.linspace(0.5 - span / 2, 0.5 + span / 2, num)
    values = quantiles(decode, size, levels, condition)[:, list(dims)]
    z = grid(values, dims, origin(decode, size, fixed, condition))
    images = as_images("decode(z)", decoded(decode, z, condition), vmin, vmax)
    return _figure(images, num, values, dims)


def grid(values: Any, dims: Any, fixed: Any) -> Any:
    """Latents row by row from the top, whose vertical one is the largest, (num * num, latent).

    Args:
        values: array (num, 2), of the horizontal and of the vertical latent, ascending.
        dims: which latents these are.
        fixed: array (latent,), the values of the others.
    """
    num = len(values)
    z = np.tile(np.asarray(fixed, "float32"), (num * num, 1))
    z[:, dims[0]] = np.tile(values[:, 0], num)
    z[:, dims[1]] = np.repeat(values[::-1, 1], num)
    return z


def check_dims(dims: Any, size: Any) -> Any:
    """Raise a ValueError unless `dims` are two different ones of `size` latents."""
    if len(dims) != 2 or dims[0] == dims[1] or not all(0 <= dim < size for dim in dims):
        raise ValueError(
            f"`dims` must be two different latents below latent_dim={size}. Received: dims={dims}"
        )


def _figure(images, num, values, dims):
    picture = tile(images, num, gap=0)
    figure, axes = single(size_of(picture, num), layout="compressed")
    draw(axes, picture)
    ticks = np.arange(0, num, math.ceil(num / _MAX_TICKS))
    across, up = ([f"{value:z.1f}" for value in column[ticks]] for column in values.T)
    _, height, width = images.shape[:3]
    axes.set_xticks(centres(num, width, gap=0)[ticks], across)
    axes.set_yticks(centres(num, height, gap=0)[num - 1 - ticks], up)
    axes.tick_params(labelsize="x-small")
    axes.set(xlabel=f"$z_{{{dims[0]}}}$", ylabel=f"$z_{{{dims[1]}}}$")
    return figure
