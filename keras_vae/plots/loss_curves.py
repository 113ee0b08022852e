"""How each term of the loss went in training and validation."""

import math
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from keras_vae.plots.colors import PALETTE
from keras_vae.plots.figures import panels

_MAX_COLUMNS = 3
_IN_NATS = ("loss", "reconstruction", "kl", "elbo")


def loss_curves(history: Any) -> Any:
    """Figure with a panel for each term: `loss`, `reconstruction`, `kl`, and whatever else is told.

    Args:
        history: what `fit` returned, or its dict of term name to a list of numbers; the names that
            start with `val_` are drawn into their term's panel. Fewer numbers than there are
            epochs, as `validation_freq` gives, are taken as of every second, third ... epoch.

    Returns:
        A `matplotlib.figure.Figure` with one axes for each term: `loss`, `reconstruction`, `kl`,
        and then the others in the order of the history.

    Raises:
        ValueError: if `history` is neither, or holds nothing.

    Example:

    ```python
    figure = keras_vae.plots.loss_curves(vae.fit(x, validation_data=(x_val,), epochs=50))
    ```
    """
    curves = getattr(history, "history", history)
    if not isinstance(curves, dict) or not any(len(values) for values in curves.values()):
        raise ValueError(
            "`history` must be what `fit` returned, or a dict of term name to its value in each "
            f"epoch, of at least one epoch. Received: history={history!r}"
        )
    # Some backends tell them in alphabetical order.
    told = dict.fromkeys(name.removeprefix("val_") for name in curves)
    terms = [term for term in _IN_NATS if term in told] + [t for t in told if t not in _IN_NATS]
    columns = min(len(terms), _MAX_COLUMNS)
    rows = math.ceil(len(terms) / columns)
    figure, grid = panels(rows, columns, (3.6 * columns, 2.8 * rows))
    for axes, term in zip(grid.flat, terms, strict=False):
        _panel(axes, curves, term)
    for axes in grid.flat[len(terms) :]:
        axes.remove()
    return figure


def _panel(axes, curves, term):
    epochs = max(len(values) for values in curves.values())
    lines = [("training", term, PALETTE[0], "-"), ("validation", f"val_{term}", PALETTE[2], "--")]
    for label, name, color, style in lines:
        values = curves.get(name, ())
        if len(values):
            every = epochs // len(values)
            # A curve of few points shows them; of one, there is nothing else to see.
            marker = "o" if len(values) <= 10 else None
            x = every * np.arange(1, len(values) + 1)
            axes.plot(x, values, style, color=color, label=label, marker=marker, markersize=4)
    axes.set(title=term, xlabel="epoch", ylabel="nats" if term in _IN_NATS else None)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    axes.grid(alpha=0.3)
    if len(axes.lines) > 1:
        axes.legend(frameon=False)
