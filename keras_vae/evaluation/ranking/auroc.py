"""How well one number tells two sets apart: the area under the ROC curve."""

from typing import Any

import numpy as np

from keras_vae.checks import refuse


def auroc(high: Any, low: Any) -> float:
    """The chance that a number of one set is above one of the other; ties count half.

    It is the area under the ROC curve, and the statistic of Mann and Whitney over the pairs.

    Args:
        high: array (n,), such as -log p(x) of outliers.
        low: array (m,), such as that of test examples.

    Returns:
        float in [0, 1]: 1/2 if the sets are alike, 1 if all of `high` are above all of `low`.

    Raises:
        ValueError: if an array is empty, has another number of axes, or holds NaN.

    Example:

    >>> keras_vae.evaluation.auroc([3.0, 2.0], [1.0, 2.0])
    0.875
    """
    high, low = (np.asarray(values, "float64") for values in (high, low))
    for name, values in (("high", high), ("low", low)):
        if values.ndim != 1 or not values.size or np.isnan(values).any():
            refuse("auroc", "a vector of numbers without NaN", **{name: values})
    low = np.sort(low)
    below = np.searchsorted(low, high, "left")
    not_above = np.searchsorted(low, high, "right")
    return float(np.mean(below + not_above) / (2 * len(low)))
