"""Weights of the examples: `sample_weight` and `class_weight` of `fit`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from keras_vae.inputs import WEIGHT, find_adapter, read_array
from keras_vae.inputs.readers import of_list


def refusal_of_weights(model: Any) -> str | None:
    """The error of a model that cannot weigh examples; None for one that can."""
    for part in model.parts():
        if part.needs_equal_weights is not None:
            return (
                f"{type(model).__name__} cannot weigh examples, because of its "
                f"{type(part).__name__}: {part.needs_equal_weights}. Repeat or resample the "
                "examples instead. Received: sample_weight"
            )
    return None


def weights_of(x: Any, y: Any, sample_weight: Any, class_weight: Mapping[int, float] | None) -> Any:
    """The weights of examples (n,), those of their classes included; None for none.

    Args:
        x: what `fit` was given.
        y: labels (n,), (n, 1) or one-hot (n, num_classes), or None.
        sample_weight: array (n,), or None.
        class_weight: weights by the numbers of classes, or None.

    Raises:
        ValueError: if `class_weight` is not a dict of numbers >= 0, or if labels are missing.
    """
    if class_weight is None:
        return sample_weight
    _check_class_weight(class_weight)
    labels = _labels(x, y)
    weights = np.ones(len(labels), "float32")
    for label, weight in class_weight.items():
        weights[labels == label] = weight
    if sample_weight is None:
        return weights
    return weights * _read(sample_weight, WEIGHT).reshape(-1)


def _check_class_weight(class_weight):
    numbers = (int, float, np.integer, np.floating)
    if not isinstance(class_weight, Mapping) or not all(
        isinstance(label, numbers) and isinstance(weight, numbers) and 0 <= weight < np.inf
        for label, weight in class_weight.items()
    ):
        raise ValueError(
            "class_weight must be a dict of finite numbers >= 0 by the numbers of classes. "
            f"Received: class_weight={class_weight!r}"
        )


def _labels(x, y):
    """The classes of examples, (n,)."""
    found = y
    if found is None and isinstance(x, dict):
        found = x.get("condition")
    if found is None or find_adapter(x["x"] if isinstance(x, dict) else x, "x").is_stream:
        raise ValueError(
            "class_weight needs arrays, with labels as y or as the condition; a data set gives "
            "batches (x, y, sample_weight). Received: class_weight without labels"
        )
    labels = _read(found, "y")
    if labels.ndim == 1 or labels.ndim == 2 and labels.shape[1] == 1:
        return labels.reshape(-1)
    # Rows of real numbers are a target or another condition; their largest element is not a class.
    if labels.ndim != 2 or np.any((labels != 0) & (labels != 1)) or np.any(labels.sum(axis=1) != 1):
        raise ValueError(
            "class_weight needs labels (n,), (n, 1) or one-hot (n, num_classes). "
            f"Received: an array of shape {labels.shape} that is not one-hot"
        )
    return labels.argmax(axis=1)


def _read(values, argument):
    source = (
        of_list(values, argument)
        if isinstance(values, (list, tuple))
        else read_array(values, argument)
    )
    return np.asarray(source.whole())
