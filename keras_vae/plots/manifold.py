"""What a decoder makes of a grid of latents, as in Kingma and Welling (2014), figure 4."""

import math
from statistics import NormalDist

import keras
import matplotlib.pyplot as plt
import numpy as np

from keras_vae.plots.images import as_images, centres, draw, size_of, tile

_MAX_TICKS = 20


def manifold(decode, num=15, span=0.95, latent_dim=2, dims=(0, 1), fixed=None, vmin=0.0, vmax=1.0):
    """Figure of the images decoded from a grid over two latents.

    The grid stands at equally spaced quantiles of the standard normal prior: its steps are equally
    probable, and its latents therefore not equally spaced.

    Args:
        decode: function (count, latent) -> images, or an object with such a method `decode`.
        num: int, the images along each axis. Defaults to `15`.
        span: float in (0, 1), the prior's mass between an axis' first and last latent. Defaults
            to `0.95`.
        latent_dim: int, the size of the latent space. Defaults to `2`.
        dims: tuple of two ints, the latents along the horizontal and the vertical axis, which
            points up. Defaults to `(0, 1)`.
        fixed: array (latent,), the values of the latents that do not vary. Defaults to `None`,
            zeros.
        vmin: float, drawn black; values below are clipped. Defaults to `0.0`.
        vmax: float, drawn white; values above are clipped. Defaults to `1.0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if an argument is out of its range, or what is decoded is not images.

    Reference:
        - [Kingma & Welling, 2014](https://arxiv.org/abs/1312.6114)
    """
    _check(num, span, latent_dim, dims, fixed)
    levels = np.linspace(0.5 - span / 2, 0.5 + span / 2, num)
    quantiles = np.array([NormalDist().inv_cdf(level) for level in levels])
    origin = np.zeros(latent_dim) if fixed is None else fixed
    z = np.tile(np.asarray(origin, "float32"), (num * num, 1))
    # Row by row from the top: the picture's first row has the largest vertical latent.
    z[:, dims[0]] = np.tile(quantiles, num)
    z[:, dims[1]] = np.repeat(quantiles[::-1], num)
    images = as_images("decode(z)", _decoded(decode, z), vmin, vmax)
    if len(images) != len(z):
        raise ValueError(
            f"`decode` must give one image for each of {len(z)} latents. Received: {len(images)}"
        )
    return _figure(images, num, quantiles, dims)


def _figure(images, num, quantiles, dims):
    picture = tile(images, num, gap=0)
    figure, axes = plt.subplots(figsize=size_of(picture, num), layout="compressed")
    draw(axes, picture)
    ticks = np.arange(0, num, math.ceil(num / _MAX_TICKS))
    labels = [f"{quantiles[tick]:z.1f}" for tick in ticks]
    _, height, width = images.shape[:3]
    axes.set_xticks(centres(num, width, gap=0)[ticks], labels)
    axes.set_yticks(centres(num, height, gap=0)[num - 1 - ticks], labels)
    axes.tick_params(labelsize="x-small")
    axes.set(xlabel=f"$z_{{{dims[0]}}}$", ylabel=f"$z_{{{dims[1]}}}$")
    return figure


def _decoded(decode, z):
    function = getattr(decode, "decode", decode)
    return keras.ops.convert_to_numpy(function(z))


def _check(num, span, latent_dim, dims, fixed):
    if num < 2:
        raise ValueError(f"`num` must be at least 2. Received: num={num}")
    if not 0 < span < 1:
        raise ValueError(f"`span` must be in (0, 1). Received: span={span}")
    if len(dims) != 2 or dims[0] == dims[1] or not all(0 <= dim < latent_dim for dim in dims):
        raise ValueError(
            f"`dims` must be two different latents below latent_dim={latent_dim}. "
            f"Received: dims={dims}"
        )
    if fixed is not None and np.shape(fixed) != (latent_dim,):
        raise ValueError(
            f"`fixed` must have shape ({latent_dim},). Received: fixed of shape {np.shape(fixed)}"
        )
