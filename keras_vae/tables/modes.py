"""The modes of a column: values that return again and again, and normals around the others."""

from typing import Any

import numpy as np

#: a value with this share of the rows is an atom
ATOM_SHARE = 0.04
#: deviation of an atom's normal, in deviations of the column
ATOM_SCALE = 1e-3
#: least deviation of another mode, in deviations of the column
LEAST_SCALE = 0.02
#: a mode with less than this share is left out, as in TVAE
LEAST_SHARE = 0.005
_STEPS = 100
_MOST = 10_000


def find_modes(values: np.ndarray, max_modes: int = 10) -> dict[str, Any]:
    """Atoms and normal modes of a column with mean 0 and deviation 1.

    Args:
        values: float array (n,), finite.
        max_modes: int, most normal modes. Defaults to `10`, as in TVAE.

    Returns:
        Dict of the arguments of `keras_vae.likelihoods.ModewiseNormal`, lists of float and an int.
    """
    numbers, counts = np.unique(values, return_counts=True)
    common = counts >= max(2, ATOM_SHARE * len(values))
    atoms, shares = numbers[common], counts[common] / len(values)
    rest = values[~np.isin(values, atoms)]
    centers, scales, weights = _normals(_some(rest), max_modes)
    left = 1.0 - shares.sum()
    return {
        "centers": [*map(float, atoms), *map(float, centers)],
        "scales": [*[ATOM_SCALE] * len(atoms), *map(float, scales)],
        "weights": [*map(float, shares), *map(float, left * weights)],
        "num_atoms": len(atoms),
    }


def _some(values):
    """At most 10,000 values, evenly spread over the sorted ones."""
    places = np.linspace(0, len(values) - 1, min(len(values), _MOST)).astype(int)
    return np.sort(values)[places]


def _normals(values, max_modes):
    """Centers, deviations and shares of normals by EM, which begins at quantiles."""
    distinct = len(np.unique(values))
    if not distinct:
        return np.zeros(0), np.zeros(0), np.zeros(0)
    count = min(max_modes, max(1, distinct // 5))
    centers = np.quantile(values, (np.arange(count) + 0.5) / count)
    spread = max(values.std() / count, LEAST_SCALE)
    scales, weights = np.full(count, spread), np.full(count, 1.0 / count)
    for _ in range(_STEPS):
        shares = _responsibilities(values, centers, scales, weights)
        sizes = shares.sum(axis=0) + 1e-12
        centers = shares.T @ values / sizes
        squares = (shares * (values[:, None] - centers) ** 2).sum(axis=0) / sizes
        scales, weights = np.maximum(np.sqrt(squares), LEAST_SCALE), sizes / sizes.sum()
    kept = weights >= min(LEAST_SHARE, weights.max())
    return centers[kept], scales[kept], weights[kept] / weights[kept].sum()


def _responsibilities(values, centers, scales, weights):
    """The share of each normal in each value, (n, modes)."""
    distance = (values[:, None] - centers) / scales
    log_share = np.log(weights) - np.log(scales) - 0.5 * distance**2
    log_share -= log_share.max(axis=1, keepdims=True)
    shares = np.exp(log_share)
    return shares / shares.sum(axis=1, keepdims=True)
