"""Where the posterior puts data: its means and its draws, on the prior."""

from typing import Any

import keras
import numpy as np
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from keras_vae.plots.colors import check_labels, explain, scatter
from keras_vae.plots.figures import panels
from keras_vae.plots.manifold import check_dims


def posteriors(means: Any, draws: Any, labels: Any = None, dims: Any = (0, 1)) -> Any:
    """Figure of the posteriors' means beside draws of them, on circles of the standard normal.

    Where the draws fill the circles and the means do too, the posterior is used; where the draws
    fill them and the means crowd in the middle, it has collapsed to the prior; where the draws
    leave holes, decoded draws of the prior come from places that no example has.

    Args:
        means: array (count, latent), `vae.encode(x)`.
        draws: array (count, latent) or (1, count, latent), `vae.encode(x, num_samples=1)`.
        labels: array (count,), as in `latent_scatter`. Defaults to `None`.
        dims: tuple of two ints, the latents along the horizontal and the vertical axis. Defaults to
            `(0, 1)`.

    Returns:
        A `matplotlib.figure.Figure` with two axes, and a third for the colour bar if there is one.

    Raises:
        ValueError: if the arrays are not alike in shape with at least two latents, or `labels` or
            `dims` do not fit them.

    Example:

    ```python
    figure = keras_vae.plots.posteriors(vae.encode(x), vae.encode(x, num_samples=1), labels=y)
    ```
    """
    means, draws = (np.asarray(keras.ops.convert_to_numpy(z)) for z in (means, draws))
    if draws.ndim == 3 and len(draws) == 1:
        draws = draws[0]
    if means.ndim != 2 or means.shape[1] < 2 or not len(means) or draws.shape != means.shape:
        raise ValueError(
            "`means` and `draws` must be of one shape (count, latent) with at least 2 latents. "
            f"Received: means of {means.shape}, draws of {draws.shape}"
        )
    check_dims(dims, means.shape[1])
    labels = check_labels(labels, len(means))
    figure, grid = panels(1, 2, (6.5, 3.6), sharex=True, sharey=True)
    for axes, z, title in zip(grid[0], (means, draws), ("means", "draws"), strict=True):
        scatter(axes, z[:, list(dims)], labels)
        _draw_prior(axes)
        axes.set(title=f"posterior {title}", xlabel=f"$z_{{{dims[0]}}}$")
        # Of two panels that share both axes Matplotlib cannot widen the limits.
        axes.set_aspect("equal", adjustable="box")
    grid[0, 0].set_ylabel(f"$z_{{{dims[1]}}}$")
    explain(figure, labels)
    return figure


def _draw_prior(axes):
    """Circles of one, two and three standard deviations of the standard normal prior."""
    for radius in (1, 2, 3):
        circle = Circle((0, 0), radius, fill=False, ec="black", lw=0.9, ls="--", zorder=3)
        circle.set_path_effects([withStroke(linewidth=2.2, foreground="white")])
        axes.add_patch(circle)
    axes.autoscale_view()
