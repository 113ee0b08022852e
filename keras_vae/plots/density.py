"""Densities in the plane: the truth beside what a model makes of it."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_vae.parts import check_positive
from keras_vae.plots.colors import COLORMAP
from keras_vae.plots.figures import panels

_GRID = 200  # points along each axis
_MARGIN = 0.08  # of the truth's extent, on each side


def density(
    x: Any,
    generated: Any,
    log_prob: Callable[..., Any] | None = None,
    bandwidth: float | None = None,
) -> Any:
    """Figure of the true density beside that of a model's samples, on one scale of colours.

    Densities of points are kernel density estimates with one isotropic normal kernel.

    Args:
        x: array (count, 2), the data.
        generated: array (count, 2), such as `vae.generate(10_000, sample=True)`, the model's draws
            of p(x); or a dict of name to such an array, a panel for each.
        log_prob: function (points, 2) -> (points,), the true log-density in nats. Defaults to
            `None`: the density of `x` is estimated too.
        bandwidth: float > 0, the kernel's standard deviation, in units of the data. Defaults to
            `None`: half of Scott's rule, which is made for one bump and flattens several.

    Returns:
        A `matplotlib.figure.Figure` with one axes for the truth, one for each array of samples, and
        one for the colour bar.

    Raises:
        ValueError: if an array is not of finite points in the plane, `log_prob` gives another
            shape, or `bandwidth` is not positive.

    Example:

    ```python
    x = keras_vae.datasets.eight_gaussians(2000)
    vae = keras_vae.models.GaussianVAE((2,), latent_dim=2, hidden=(32,))
    figure = keras_vae.plots.density(
        x,
        vae.generate(2000, sample=True),
        log_prob=keras_vae.datasets.eight_gaussians_log_prob,
    )
    ```
    """
    if bandwidth is not None:
        check_positive("plots.density", bandwidth=bandwidth)
    named = generated if isinstance(generated, dict) else {"samples": generated}
    x = _points("x", x)
    named = {name: _points(f"generated: {name}", points) for name, points in named.items()}
    edges = _edges(x)
    truth = _estimate(x, edges, bandwidth) if log_prob is None else _exact(log_prob, edges)
    title = "data" if log_prob is None else "true density"
    values = {name: _estimate(points, edges, bandwidth) for name, points in named.items()}
    return _figure({title: truth, **values}, edges, log_prob is None)


def _points(argument, points):
    points = np.asarray(keras.ops.convert_to_numpy(points), "float64")
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ValueError(
            f"`{argument}` must be at least two points of shape (count, 2). "
            f"Received: shape {points.shape}"
        )
    if not np.all(np.isfinite(points)):
        raise ValueError(f"`{argument}` must be finite. Received: NaN or infinity")
    return points


def _edges(x):
    """Edges of the grid's cells along each axis, (2, grid + 1); the cells are squares."""
    low, high = x.min(axis=0), x.max(axis=0)
    half = (0.5 + _MARGIN) * max(high - low)
    middle = (low + high) / 2
    return np.linspace(middle - half, middle + half, _GRID + 1, axis=1)


def _estimate(points, edges, bandwidth):
    """Kernel density on the grid, (grid, grid), the first axis being the vertical one."""
    from scipy.ndimage import gaussian_filter

    if bandwidth is None:
        # Scott's rule in two dimensions, with the deviation of both axes together.
        bandwidth = 0.5 * len(points) ** (-1 / 6) * np.sqrt(points.var(axis=0).mean())
    step = edges[0, 1] - edges[0, 0]
    counts, _, _ = np.histogram2d(*points[:, ::-1].T, bins=edges[::-1])
    # Many points on a fine grid: counted and smoothed, which is a hundred times as fast as a sum
    # over the points, and the same to within the size of a cell.
    smooth = gaussian_filter(counts, bandwidth / step, mode="constant", truncate=5.0)
    return smooth / (len(points) * step**2)


def _exact(log_prob, edges):
    centres = (edges[:, 1:] + edges[:, :-1]) / 2
    across, up = np.meshgrid(*centres)
    places = np.stack([across.ravel(), up.ravel()], axis=-1)
    values = np.asarray(keras.ops.convert_to_numpy(log_prob(places)))
    if values.shape != (len(places),):
        raise ValueError(
            f"`log_prob` must give one number for each point, shape {(len(places),)}. "
            f"Received: shape {values.shape}"
        )
    return np.exp(values).reshape(_GRID, _GRID)


def _figure(densities, edges, estimated):
    count = len(densities)
    size = (2.8 * count + 1.0, 3.4)
    figure, grid = panels(1, count, size, layout="compressed", sharex=True, sharey=True)
    # The truth sets the scale: a model's sharp peak would leave it dark.
    highest = next(iter(densities.values())).max()
    extent = (*edges[0, [0, -1]], *edges[1, [0, -1]])
    for axes, (title, values) in zip(grid[0], densities.items(), strict=True):
        style = {"cmap": COLORMAP, "vmin": 0.0, "vmax": highest, "interpolation": "nearest"}
        image = axes.imshow(values, origin="lower", extent=extent, **style)
        axes.set(title=title, xlabel="$x_0$")
    grid[0, 0].set_ylabel("$x_1$")
    figure.colorbar(image, ax=list(grid[0]), label="density", extend="max", shrink=0.85)
    return figure
