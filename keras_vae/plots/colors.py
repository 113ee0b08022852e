"""Colours of the plots, and points coloured by their labels."""

from typing import Any

import matplotlib
import numpy as np
from matplotlib.colors import Normalize, to_hex
from matplotlib.lines import Line2D

# Ten colours told apart by all common kinds of colour vision, and on grey paper as far as ten can
# be (Petroff, 2021, arxiv.org/abs/2107.02270); Matplotlib 3.10 has them as "petroff10".
PALETTE = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
GREY = PALETTE[8]
#: from dark to bright alike in all kinds of colour vision and in print
COLORMAP = "cividis"


def check_labels(labels: Any, count: Any) -> Any:
    """Labels as an array (count,), or None.

    Raises:
        ValueError: if the shape is another, or more than ten different ones are not numbers.
    """
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(
            f"`labels` must have shape ({count},), one for each point. "
            f"Received: labels of shape {labels.shape}"
        )
    if has_many(labels) and not np.issubdtype(labels.dtype, np.number):
        raise ValueError(
            f"More than {len(PALETTE)} different `labels` must be numbers. "
            f"Received: {len(np.unique(labels))} labels of dtype {labels.dtype}"
        )
    return labels


def has_many(labels: Any) -> bool:
    """Whether there are more different labels than colours, so that they are a scale."""
    return len(np.unique(labels)) > len(PALETTE)


def label_colors(labels: Any) -> Any:
    """The colour of each label, and of each class in order: (count,) of "#rrggbb", dict.

    More classes than colours are a scale, and the dict holds its two ends.
    """
    if not has_many(labels):
        classes, index = np.unique(labels, return_inverse=True)
        # From NumPy's scalars to Python's: 3, and not "np.uint8(3)".
        return np.array(PALETTE)[index], dict(zip(classes.tolist(), PALETTE, strict=False))
    ends, colormap = (labels.min(), labels.max()), matplotlib.colormaps[COLORMAP]
    norm = Normalize(*ends)
    colors = np.array([to_hex(color) for color in colormap(norm(labels))])
    return colors, dict(
        zip([end.item() for end in ends], map(to_hex, colormap([0.0, 1.0])), strict=True)
    )


def scatter(axes: Any, points: Any, labels: Any = None) -> None:
    """Points (count, 2) as dots, coloured by their labels."""
    # Smaller and thinner the more there are; drawn as pixels, or a vector file grows with them.
    style = {"s": np.clip(2e4 / len(points), 3, 25), "alpha": 0.7, "lw": 0, "rasterized": True}
    x, y = points.T
    if labels is None:
        axes.scatter(x, y, color=PALETTE[0], **style)
    elif has_many(labels):
        axes.scatter(x, y, c=labels, cmap=COLORMAP, **style)
    else:
        # All labels in one go: label by label, the last would cover the others.
        axes.scatter(x, y, c=label_colors(labels)[0], **style)


def explain(figure: Any, labels: Any) -> None:
    """The legend of the labels, or the colour bar of the last scatter beside all axes."""
    if labels is None:
        return
    if has_many(labels):
        drawn = figure.axes[-1].collections[-1]
        figure.colorbar(drawn, ax=figure.axes, label="label").solids.set_alpha(1.0)
        return
    handles = [
        Line2D([], [], color=color, marker="o", linestyle="", label=str(name))
        for name, color in label_colors(labels)[1].items()
    ]
    figure.legend(handles=handles, loc="outside right center", frameon=False)
