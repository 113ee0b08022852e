"""k-means (Lloyd, 1982), in NumPy: it runs once, before training."""

import numpy as np

from keras_vae.typing import Array, ArrayLike

#: distances computed at once
_BLOCK = 2**24


def kmeans(
    vectors: ArrayLike, num_centers: int, seed: int = 0, num_steps: int = 10
) -> tuple[Array, Array]:
    """Lloyd's algorithm from random vectors.

    Args:
        vectors: array (n, channels).
        num_centers: int; where there are fewer vectors, some centres are alike.
        seed: int. Defaults to `0`.
        num_steps: int. Defaults to `10`.

    Returns:
        Centres (num_centers, channels), and the index of the nearest one to each vector, (n,).
    """
    vectors = np.asarray(vectors, "float32")
    order = np.random.default_rng(seed).permutation(len(vectors))
    centers = vectors[np.resize(order, num_centers)]
    for _ in range(num_steps):
        index = nearest_center(vectors, centers)
        counts = np.bincount(index, minlength=num_centers)
        sums = np.zeros(centers.shape)
        np.add.at(sums, index, vectors)
        # A centre without vectors stays where it is.
        means = sums / np.maximum(counts, 1)[:, None]
        centers = np.where(counts[:, None] > 0, means, centers).astype("float32")
    return centers, nearest_center(vectors, centers)


def nearest_center(vectors: ArrayLike, centers: Array) -> Array:
    """The index of the centre nearest to each vector, (n,)."""
    # Around their mean: far from the origin the terms of the squared distance would cancel.
    middle = centers.mean(axis=0)
    centers = centers - middle
    squares = (centers**2).sum(axis=1)
    rows = max(1, _BLOCK // len(centers))
    blocks = (vectors[i : i + rows] - middle for i in range(0, len(vectors), rows))
    return np.concatenate([np.argmin(squares - 2 * b @ centers.T, axis=1) for b in blocks])
