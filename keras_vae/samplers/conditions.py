"""Conditions of samplers: labels of classes, or rows of numbers."""

from typing import Any

import numpy as np
from keras import ops

from keras_vae.checks import refuse
from keras_vae.typing import Array


def check_given(owner: str, condition: Any) -> None:
    """Raise a ValueError if there is no condition."""
    if condition is None:
        refuse(owner, "labels or rows with conditional=True", condition=None)


def condition_size(condition: Any) -> int:
    """How many numbers a condition has; of labels, one for each class up to the greatest."""
    values = np.asarray(ops.convert_to_numpy(condition))
    return values.shape[-1] if values.ndim > 1 else int(values.max(initial=0)) + 1


def condition_rows(owner: str, condition: Any, num_rows: int, size: int) -> Array:
    """Conditions as float32 rows (num_rows, size); labels become one-hot.

    Args:
        owner: str, who asks; for the error.
        condition: integer labels (num_rows,), one label, or rows (num_rows, size).
        num_rows: int.
        size: int, numbers of a condition.

    Raises:
        ValueError: if there is no condition, or it is of another shape or not finite.
    """
    check_given(owner, condition)
    values = np.asarray(ops.convert_to_numpy(condition))
    if values.ndim <= 1 and values.dtype.kind in "iu":
        values = _one_hot(owner, values, num_rows, size)
    if values.shape != (num_rows, size) or not np.isfinite(values).all():
        wanted = f"labels ({num_rows},), or finite numbers ({num_rows}, {size})"
        refuse(owner, wanted, condition=f"an array of shape {values.shape}")
    return values.astype("float32")


def _one_hot(owner, labels, num_rows, size):
    labels = np.broadcast_to(labels, (num_rows,)) if labels.ndim == 0 else labels
    if labels.min(initial=0) < 0 or labels.max(initial=0) >= size:
        refuse(owner, f"labels from 0 to {size - 1}", condition=labels)
    return np.eye(size, dtype="float32")[labels]
