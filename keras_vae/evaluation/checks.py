"""Arrays checked at the door of the functions that take no model."""

from typing import Any

import numpy as np

from keras_vae.typing import Seed


def check_points(owner: str, least_rows: int = 1, **arrays: Any) -> Any:
    """Finite arrays as float64 (n, features), further axes flattened, all with as many features.

    Args:
        owner: str, the function that was called.
        least_rows: int, rows that each array needs. Defaults to `1`.
        **arrays: arrays (n, ...), by argument.

    Raises:
        ValueError: if an array has too few rows, no features or values that are not finite, or if
            they disagree in their features.
    """
    points = {}
    for name, array in arrays.items():
        array = np.asarray(array)
        if array.ndim < 2 or len(array) < least_rows or array.dtype.kind not in "fiub":
            raise ValueError(
                f"{owner} needs {name} as numbers (n, features) with n >= {least_rows}. "
                f"Received: {name} of shape {array.shape} and dtype {array.dtype}"
            )
        points[name] = array.reshape(len(array), -1).astype("float64")
        if not np.isfinite(points[name]).all():
            raise ValueError(f"{owner} needs a finite {name}. Received: NaN or infinite values")
    if len({array.shape[1] for array in points.values()}) > 1:
        shapes = {name: np.shape(array) for name, array in arrays.items()}
        raise ValueError(f"{owner} needs arrays with equally many features. Received: {shapes}")
    return list(points.values())


def check_labels(owner: Any, num_rows: Any, **labels: Any) -> Any:
    """Integer labels (n,), one for each row.

    Raises:
        ValueError: if they are of another shape or type.
    """
    checked = []
    for name, array in labels.items():
        array = np.asarray(array)
        if array.shape != (num_rows,) or array.dtype.kind not in "iub":
            raise ValueError(
                f"{owner} needs {name} as integers ({num_rows},), one for each row. "
                f"Received: {name} of shape {array.shape} and dtype {array.dtype}"
            )
        checked.append(array)
    return checked


def choose(num_rows: int, *counts: Any, seed: Seed = 0) -> Any:
    """Disjoint random sets of rows, of at most so many each; scaled down where there are fewer.

    Args:
        num_rows: int, of an array.
        *counts: int, how many rows each set should have.
        seed: int, or a `np.random.Generator`. Defaults to `0`.

    Returns:
        A list of integer arrays.
    """
    order = np.random.default_rng(seed).permutation(num_rows)
    share = min(1.0, num_rows / sum(counts))
    ends = [int(share * end) for end in np.cumsum(counts)]
    return np.split(order[: ends[-1]], ends[:-1])


class NotApplicable(ValueError):
    """The model has no such number: a deterministic posterior no KL, codes no gradient, ..."""
