"""Latents in the plane, coloured by label; more than two of them by principal components."""

import keras
import matplotlib.pyplot as plt
import numpy as np
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


def latent_scatter(z, labels=None):
    """Figure of latents as points in the plane.

    Two latents are drawn as they are. More are projected onto their first two principal
    components, and each axis then says how much of the variance it explains.

    Args:
        z: array (count, latent), at least two latents.
        labels: array (count,) of numbers or strings. Up to ten different labels have a colour each
            and a legend; more of them must be numbers, and have a colour bar. Defaults to `None`,
            one colour.

    Returns:
        A `matplotlib.figure.Figure` with one axes, and a second for the colour bar if there is one.

    Raises:
        ValueError: if `z` has another shape, `labels` does not match it, or there are more than
            ten labels that are not numbers.
        ImportError: if there are more than two latents and scikit-learn is missing.

    Example:

    ```python
    figure = latent_scatter(vae.encode(x), labels=y)
    ```

    Reference:
        - [Petroff, 2021](https://arxiv.org/abs/2107.02270), the colours
    """
    z = np.asarray(keras.ops.convert_to_numpy(z))
    if z.ndim != 2 or z.shape[1] < 2 or not len(z):
        raise ValueError(
            f"`z` must have shape (count, latent) with at least 2 latents. Received: z of {z.shape}"
        )
    points, names = (z, ["$z_0$", "$z_1$"]) if z.shape[1] == 2 else _principal(z)
    figure, axes = plt.subplots(figsize=(6.4, 5.6), layout="constrained")
    _scatter(axes, points, _checked_labels(labels, len(z)))
    axes.set(xlabel=names[0], ylabel=names[1])
    # One scale for both axes, so that distances are what they look like.
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return figure


def _scatter(axes, points, labels):
    # Smaller and thinner the more there are; drawn as pixels, or a vector file grows with them.
    style = {"s": np.clip(2e4 / len(points), 3, 25), "alpha": 0.7, "lw": 0, "rasterized": True}
    x, y = points.T
    if labels is None:
        axes.scatter(x, y, color=PALETTE[0], **style)
        return
    classes, index = np.unique(labels, return_inverse=True)
    if len(classes) > len(PALETTE):
        drawn = axes.scatter(x, y, c=labels, cmap="cividis", **style)
        axes.figure.colorbar(drawn, ax=axes, label="label").solids.set_alpha(1.0)
        return
    # All labels in one go: label by label, the last would cover the others.
    axes.scatter(x, y, c=np.array(PALETTE)[index], **style)
    handles = [
        Line2D([], [], color=color, marker="o", linestyle="", label=str(name))
        for name, color in zip(classes, PALETTE, strict=False)
    ]
    axes.figure.legend(handles=handles, loc="outside right center", frameon=False)


def _checked_labels(labels, count):
    if labels is None:
        return None
    labels = np.asarray(labels)
    if labels.shape != (count,):
        raise ValueError(
            f"`labels` must have shape ({count},), one for each point. "
            f"Received: labels of shape {labels.shape}"
        )
    many = len(np.unique(labels)) > len(PALETTE)
    if many and not np.issubdtype(labels.dtype, np.number):
        raise ValueError(
            f"More than {len(PALETTE)} different `labels` must be numbers. "
            f"Received: {len(np.unique(labels))} labels of dtype {labels.dtype}"
        )
    return labels


def _principal(z):
    """First two principal components, (count, 2), and the name of each."""
    try:
        from sklearn.decomposition import PCA
    except ImportError as error:
        raise ImportError(
            "More than two latents are drawn by scikit-learn's PCA: pip install keras_vae[plots]"
        ) from error
    pca = PCA(2)
    points = pca.fit_transform(z)
    shares = pca.explained_variance_ratio_
    return points, [f"PC {i + 1} ({share:.0%} of variance)" for i, share in enumerate(shares)]
