"""Distances between all pairs of two sets, a block at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np

#: pairs held at once
_PAIRS = 2**24


def squared_distances(a: Any, b: Any) -> Iterator[Any]:
    """Blocks of squared Euclidean distances between all rows.

    Args:
        a: float64 array (n, features).
        b: float64 array (m, features).

    Yields:
        The first row of the block in `a`, and the distances, (rows, m).
    """
    centre = b.mean(axis=0)  # smaller numbers cancel less
    a, b = a - centre, b - centre
    squares = np.sum(b**2, axis=1)
    size = max(1, _PAIRS // len(b))
    for first in range(0, len(a), size):
        rows = a[first : first + size]
        distance = np.sum(rows**2, axis=1)[:, None] + squares - 2.0 * (rows @ b.T)
        yield first, np.maximum(distance, 0.0)
