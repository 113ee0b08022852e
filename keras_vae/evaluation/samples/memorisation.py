"""Whether samples repeat training examples (Meehan et al., 2020), arxiv.org/abs/2004.05675."""

import math
from typing import Any, NamedTuple

import numpy as np

from keras_vae.evaluation.checks import check_points
from keras_vae.evaluation.ranking.auroc import auroc
from keras_vae.evaluation.samples.distances import squared_distances


class Memorisation(NamedTuple):
    """What `memorisation` gives.

    Args:
        share: float in [0, 1], the chance that a generated example is nearer to its nearest
            training example than a test example to its own. 1/2 if samples are as new as test
            examples; near 1 if they copy.
        z_score: float, (share - 1/2) over its standard deviation if samples are as new; beyond 3 it
            is no chance.
        generated: float64 array (n,), the distance of each generated example to the nearest
            training example.
        test: float64 array (m,), that of each test example.
        rows: int array (n,), the nearest training example of each generated one.
    """

    share: float
    z_score: float
    generated: np.ndarray
    test: np.ndarray
    rows: np.ndarray


def memorisation(generated: Any, x_train: Any, x_test: Any) -> Memorisation:
    """How much nearer samples lie to training examples than test examples do.

    Distances are Euclidean, in the units of the data. Means of p(x|z) are smoother than data, and
    so lie nearer to everything: where the data are noisy, give draws.

    Args:
        generated: array (n, event), further axes are flattened.
        x_train: array (k, event), what the model was trained on.
        x_test: array (m, event), data that it was not trained on.

    Returns:
        `Memorisation`.

    Raises:
        ValueError: if an array is empty or not finite, or if they differ in their features.

    Reference:
        - [Meehan et al., 2020](https://arxiv.org/abs/2004.05675)

    Example:

    >>> keras_vae.evaluation.memorisation(x[:16], x, x_val).share  # copies
    1.0
    """
    generated, x_train, x_test = check_points(
        "memorisation", generated=generated, x_train=x_train, x_test=x_test
    )
    own, rows = _nearest(generated, x_train)
    test, _ = _nearest(x_test, x_train)
    share = auroc(test, own)
    n, m = len(own), len(test)
    deviation = math.sqrt((n + m + 1) / (12 * n * m))
    return Memorisation(share, (share - 0.5) / deviation, own, test, rows)


def _nearest(points: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distance of each point to the nearest of others, and which that is, (n,) each."""
    rows = np.concatenate([block.argmin(axis=1) for _, block in squared_distances(points, others)])
    # From the differences themselves: the expanded square leaves rounding in the place of zero.
    return np.sqrt(np.sum(np.square(points - others[rows]), axis=1)), rows
