"""What users hand to `fit`: arrays, or batches of data."""

from typing import Any

import keras
import numpy as np


def is_array(x: Any) -> bool:
    """Whether `x` is a NumPy array or a tensor of the backend."""
    return isinstance(x, np.ndarray) or keras.ops.is_tensor(x)


def are_arrays(data: Any) -> bool:
    """Whether `data` is an array or a tensor, or a dict of them."""
    if isinstance(data, dict):
        return bool(data) and all(is_array(value) for value in data.values())
    return is_array(data)


def num_rows(data: Any) -> int:
    """Number of rows of an array, or of the arrays in a dict."""
    return len(keras.tree.flatten(data)[0])
