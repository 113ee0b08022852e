"""Improved precision and recall (Kynkaanniemi et al., 2019), arxiv.org/abs/1904.06991."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.evaluation.checks import check_points
from keras_vae.evaluation.samples.distances import squared_distances
from keras_vae.parts import check_count

#: relative to the mean square of the points: equal points are at distance 0 but for rounding
_ROUNDING = 1e-12


class PrecisionRecall(NamedTuple):
    """What `precision_recall` gives.

    Args:
        precision: float in [0, 1], share of generated examples among the real ones.
        recall: float in [0, 1], share of real examples among the generated ones.
    """

    precision: float
    recall: float


def precision_recall(real: Any, generated: Any, num_neighbours: int = 3) -> PrecisionRecall:
    """Whether generated examples look like real ones, and whether all real ones are covered.

    The support of a set is what lies within the distance of its `num_neighbours`-th neighbour in
    the set of any of its points. Precision is the share of generated points in the support of the
    real ones, recall the reverse. Take as many of both, and features (`extract_features`) rather
    than pixels.

    Args:
        real: array (n, features).
        generated: array (m, features).
        num_neighbours: int, less than n and m. Defaults to `3`, the paper's.

    Returns:
        `PrecisionRecall`.

    Raises:
        ValueError: if the features do not agree, or a set has no `num_neighbours` neighbours.

    Reference:
        - [Kynkaanniemi et al., 2019](https://arxiv.org/abs/1904.06991)

    Example:

    >>> keras_vae.evaluation.precision_recall(x, x + 10)
    PrecisionRecall(precision=0.0, recall=0.0)
    """
    check_count("precision_recall", num_neighbours=num_neighbours)
    real, generated = check_points(
        "precision_recall", least_rows=num_neighbours + 1, real=real, generated=generated
    )
    return PrecisionRecall(
        precision=_covered(generated, real, num_neighbours),
        recall=_covered(real, generated, num_neighbours),
    )


def _covered(points, support, num_neighbours):
    """Share of points that lie within the support of others."""
    radius = np.empty(len(support))
    for first, distance in squared_distances(support, support):
        own = np.arange(len(distance))
        distance[own, first + own] = np.inf
        nearest = np.partition(distance, num_neighbours - 1, axis=1)
        radius[first : first + len(distance)] = nearest[:, num_neighbours - 1]
    radius += _ROUNDING * np.mean(support**2) * support.shape[1]
    inside = [np.any(d <= radius, axis=1) for _, d in squared_distances(points, support)]
    return float(np.concatenate(inside).mean())
