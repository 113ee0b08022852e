"""Models on the plane of rate and distortion (Alemi et al., 2018)."""

from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from keras_vae.plots.colors import PALETTE
from keras_vae.plots.figures import single

_MARKERS = "osD^vP*X<>"


def rate_distortion(points: dict[str, Any]) -> Any:
    """Figure of rates and distortions, on lines of equal evidence lower bound.

    Rate is the KL and distortion the reconstruction term, so that the sum of both is the negative
    evidence lower bound: it is the same all along a dotted line, and lower towards the lower left.

    Args:
        points: dict of name to (rate, distortion), in nats. Two numbers are a point, as of a model;
            two sequences are a path, as of a training: `(history["kl"],
            history["reconstruction"])`. Its end has a marker.

    Returns:
        A `matplotlib.figure.Figure` with one axes.

    Raises:
        ValueError: if `points` is not such a dict, is empty, or holds what is not finite.

    Example:

    ```python
    history = vae.fit(x, epochs=2, verbose=0).history
    figure = keras_vae.plots.rate_distortion(
        {"training": (history["kl"], history["reconstruction"]), "beta = 4": (9.5, 27.0)}
    )
    ```

    Reference:
        - [Alemi et al., 2018](https://arxiv.org/abs/1711.00464)
    """
    paths = _read(points)
    figure, axes = single((5.6, 4.4))
    for i, (name, (rate, distortion)) in enumerate(paths.items()):
        color, marker = PALETTE[i % len(PALETTE)], _MARKERS[i % len(_MARKERS)]
        # Where the path is long, dots would hide it.
        dots = "." if len(rate) <= 50 else ""
        axes.plot(rate[:-1], distortion[:-1], dots, color=color, ms=4)
        axes.plot(rate, distortion, "-", color=color, lw=1.2)
        style = {"ls": "", "marker": marker, "ms": 8, "mec": "black", "mew": 0.6}
        axes.plot(rate[-1:], distortion[-1:], color=color, label=str(name), zorder=3, **style)
    axes.margins(0.12)
    _draw_bounds(axes)
    axes.set(xlabel="rate: KL (nats)", ylabel=r"distortion: $-\log p(x|z)$ (nats)")
    axes.spines[["top", "right"]].set_visible(False)
    axes.plot([], [], ":", color="0.6", lw=1, label="equal sum: negative ELBO")
    axes.legend(frameon=False, loc="best", fontsize="small")
    return figure


def _read(points):
    if not isinstance(points, dict) or not points:
        raise ValueError(
            "`points` must be a dict of name to (rate, distortion), with one at least. "
            f"Received: points={points!r}"
        )
    return {name: _read_path(name, pair) for name, pair in points.items()}


def _read_path(name, pair):
    try:
        path = np.array([np.atleast_1d(np.asarray(values, "float64")) for values in pair])
    except (TypeError, ValueError):
        path = np.empty(0)
    if path.ndim != 2 or len(path) != 2 or not path.size or not np.all(np.isfinite(path)):
        raise ValueError(
            "`points` must hold pairs (rate, distortion) of finite numbers, or of two sequences "
            f"alike in length. Received: points[{name!r}]={pair!r}"
        )
    return path


def _draw_bounds(axes):
    """Lines on which rate + distortion, the negative bound, is the same; each names its value."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    for value in MaxNLocator(6).tick_values(left + bottom, right + top):
        # Where the line leaves the axes above or on the left.
        x = max(left, value - top)
        if not (left + bottom < value < right + top and x < right):
            continue
        axes.plot([left, right], [value - left, value - right], ":", color="0.6", lw=1, zorder=0)
        label = axes.annotate(
            f"{value:g}", (x, value - x), (3, -3), textcoords="offset points", va="top", zorder=1
        )
        label.set(color="0.45", size="x-small")
    axes.set(xlim=(left, right), ylim=(bottom, top))
