"""Maximum mean discrepancy (Gretton et al., 2012)."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import check_points
from keras_vae.evaluation.samples.distances import squared_distances
from keras_vae.parts import check_choice, check_positive

#: kernels of the squared distance in units of the bandwidth's square
_RADIAL = {
    "rbf": lambda square: np.exp(-0.5 * square),
    "laplacian": lambda square: np.exp(-np.sqrt(square)),
    "imq": lambda square: 1.0 / (1.0 + square),
}
KERNELS = (*_RADIAL, "polynomial")
#: rows that the median distance is taken over
_ROWS = 2000


def mmd(real: Any, generated: Any, kernel: str = "rbf", bandwidth: float | None = None) -> float:
    """Squared maximum mean discrepancy of two sets, the unbiased estimate.

    With d the distance of two points over the bandwidth, the kernels are exp(-d^2 / 2) (`"rbf"`),
    exp(-d) (`"laplacian"`), 1 / (1 + d^2) (`"imq"`); and (a . b / features + 1)^3 (`"polynomial"`),
    without bandwidth, which on features is the kernel distance of Binkowski et al.

    Args:
        real: array (n, features); further axes are flattened.
        generated: array (m, features).
        kernel: `"rbf"`, `"laplacian"`, `"imq"` or `"polynomial"`. Defaults to `"rbf"`.
        bandwidth: float > 0. Defaults to `None`: the median distance within `real`, so that
            different generated sets are measured alike.

    Returns:
        float, of either sign where the sets hardly differ: its expectation is 0 for equal
        distributions.

    Raises:
        ValueError: if a set has less than two rows, the features do not agree, or an argument is
            none of the choices.

    References:
        - Gretton, Borgwardt, Rasch, Schoelkopf and Smola, 2012. A kernel two-sample test, JMLR 13.
        - [Binkowski et al., 2018](https://arxiv.org/abs/1801.01401), the polynomial kernel

    Example:

    >>> keras_vae.evaluation.mmd(x[:32], x[32:]) < keras_vae.evaluation.mmd(x[:32], 1 - x[32:])
    True
    """
    check_choice("mmd", KERNELS, kernel=kernel)
    real, generated = check_points("mmd", least_rows=2, real=real, generated=generated)
    if kernel == "polynomial":
        similarity = _polynomial
    else:
        bandwidth = _median_distance(real) if bandwidth is None else bandwidth
        check_positive("mmd", bandwidth=bandwidth)
        similarity = _radial(_RADIAL[kernel], bandwidth)
    return float(
        _within(real, similarity)
        + _within(generated, similarity)
        - 2.0 * _mean(real, generated, similarity)
    )


def _mean(a, b, similarity):
    return sum(block.sum() for block in similarity(a, b)) / (len(a) * len(b))


def _within(a, similarity):
    """Mean over pairs of different points: a point's likeness to itself would bias it."""
    total = first = 0
    for block in similarity(a, a):
        own = np.arange(len(block))
        total += block.sum() - block[own, first + own].sum()
        first += len(block)
    return total / (len(a) * (len(a) - 1))


def _radial(kernel, bandwidth):
    return lambda a, b: (kernel(square / bandwidth**2) for _, square in squared_distances(a, b))


def _polynomial(a, b):
    for first in range(0, len(a), _ROWS):
        yield (a[first : first + _ROWS] @ b.T / a.shape[1] + 1.0) ** 3


def _median_distance(a):
    a = a[np.linspace(0, len(a) - 1, min(len(a), _ROWS)).astype(int)]
    squares = np.concatenate([square for _, square in squared_distances(a, a)])
    return float(np.sqrt(np.median(squares[~np.eye(len(a), dtype=bool)])))
