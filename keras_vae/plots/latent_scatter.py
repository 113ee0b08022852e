"""Latents in the plane, coloured by label; more than two of them projected onto it."""

from typing import Any

import keras
import numpy as np

from keras_vae.plots.colors import check_labels, explain, scatter
from keras_vae.plots.figures import single


def latent_scatter(z: Any, labels: Any = None, method: str = "pca", seed: int = 0) -> Any:
    """Figure of latents as points in the plane.

    Two latents are drawn as they are. More are projected: onto their first two principal
    components, each axis saying how much of the variance it explains; or by t-SNE or UMAP, which
    keep neighbours together and whose axes and distances mean nothing by themselves.

    Args:
        z: array (count, latent), at least two latents.
        labels: array (count,) of numbers or strings. Up to ten different labels have a colour each
            and a legend; more of them must be numbers, and have a colour bar. Defaults to `None`,
            one colour.
        method: `"pca"`, `"tsne"` or `"umap"`, of more than two latents. Defaults to `"pca"`.
        seed: int, of t-SNE and UMAP. Defaults to `0`.

    Returns:
        A `matplotlib.figure.Figure` with one axes, and a second for the colour bar if there is one.

    Raises:
        ValueError: if `z` has another shape, `labels` does not match it, there are more than
            ten labels that are not numbers, or `method` is unknown.
        ImportError: if there are more than two latents and scikit-learn, or for UMAP umap-learn,
            is missing.

    Example:

    ```python
    figure = keras_vae.plots.latent_scatter(vae.encode(x), labels=y)
    ```

    References:
        - [Petroff, 2021](https://arxiv.org/abs/2107.02270), the colours
        - [van der Maaten and Hinton, 2008](https://jmlr.org/papers/v9/vandermaaten08a.html), t-SNE
        - [McInnes et al., 2018](https://arxiv.org/abs/1802.03426), UMAP
    """
    z = np.asarray(keras.ops.convert_to_numpy(z))
    if z.ndim != 2 or z.shape[1] < 2 or not len(z):
        raise ValueError(
            f"`z` must have shape (count, latent) with at least 2 latents. Received: z of {z.shape}"
        )
    labels = check_labels(labels, len(z))
    if method not in _METHODS:
        raise ValueError(f"`method` must be one of {list(_METHODS)}. Received: method={method!r}")
    if z.shape[1] == 2:
        points, names = z, ("$z_0$", "$z_1$")
    else:
        points, names = _METHODS[method](z, seed)
    figure, axes = single((6.4, 5.6))
    scatter(axes, points, labels)
    explain(figure, labels)
    axes.set(xlabel=names[0], ylabel=names[1])
    # One scale for both axes, so that distances are what they look like.
    axes.set_aspect("equal", adjustable="datalim")
    axes.grid(alpha=0.3)
    axes.set_axisbelow(True)
    return figure


def _principal(z, seed):
    """First two principal components, (count, 2), and the name of each."""
    try:
        from sklearn.decomposition import PCA
    except ImportError as error:
        raise ImportError(_missing("scikit-learn", "plots")) from error
    pca = PCA(2)
    points = pca.fit_transform(z)
    shares = pca.explained_variance_ratio_
    return points, [f"PC {i + 1} ({share:.0%} of variance)" for i, share in enumerate(shares)]


def _tsne(z, seed):
    try:
        from sklearn.manifold import TSNE
    except ImportError as error:
        raise ImportError(_missing("scikit-learn", "plots")) from error
    # The default perplexity, 30, needs more points than that.
    perplexity = min(30.0, (len(z) - 1) / 3)
    points = TSNE(2, perplexity=perplexity, random_state=seed).fit_transform(z)
    return points, ("t-SNE 1", "t-SNE 2")


def _umap(z, seed):
    try:
        from umap import UMAP
    except ImportError as error:
        raise ImportError(_missing("umap-learn", "umap")) from error
    # One job: what UMAP does by itself once it has a seed, with a warning.
    return UMAP(n_components=2, random_state=seed, n_jobs=1).fit_transform(z), ("UMAP 1", "UMAP 2")


def _missing(package, extra):
    return f"More than two latents are drawn with {package}: pip install keras_vae[{extra}]"


_METHODS = {"pca": _principal, "tsne": _tsne, "umap": _umap}
