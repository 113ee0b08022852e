"""What goes into a model: data, and for conditional models a condition with them."""

import keras
import numpy as np
from keras import ops

from keras_vae.models.checks import check_batch_shape, check_values

KEYS = ("x", "condition")


def split_inputs(inputs, argument="x", known=()):
    """Data and condition, or None for it, of an array or a dict `{"x": ..., "condition": ...}`.

    Args:
        inputs: array, or dict of arrays.
        argument: str, the argument's name, for the error. Defaults to `"x"`.
        known: names of other fields that the dict may have. Defaults to none.

    Raises:
        ValueError: if the dict has other keys, or no `"x"`.
    """
    if not isinstance(inputs, dict):
        return inputs, None
    if "x" not in inputs or set(inputs) - {*KEYS, *known}:
        raise ValueError(
            f'{argument} must be an array, or a dict with "x" and "condition". '
            f"Received: a dict with {sorted(inputs)}"
        )
    return inputs["x"], inputs.get("condition")


def join_inputs(x, condition):
    """The inverse of `split_inputs`; a condition beside a dict is refused.

    Raises:
        ValueError: if both the dict and the argument bring a condition.
    """
    if isinstance(x, dict):
        if condition is not None:
            raise ValueError(
                'Give the condition once: as condition=, or as {"x": ..., "condition": ...}. '
                "Received: both"
            )
        return x
    if isinstance(condition, (list, tuple)):
        condition = np.asarray(condition)
    return x if condition is None else {"x": x, "condition": condition}


def read_condition(condition, condition_shape):
    """A condition as a float32 tensor (batch, *condition_shape); labels become one-hot.

    Args:
        condition: tensor (batch, *condition_shape), or integer labels (batch,) where
            `condition_shape` is `(num_classes,)`; or None.
        condition_shape: tuple of int, or None for an unconditional model.

    Raises:
        ValueError: if one is there without the other, or the shape does not fit.
    """
    if condition_shape is None:
        if condition is not None:
            raise ValueError(
                "The model has no condition: make it with condition_shape=(...). "
                "Received: a condition"
            )
        return None
    if condition is None:
        raise ValueError(
            f"The model is conditional, with condition_shape={condition_shape}: pass condition=, "
            'or {"x": x, "condition": condition} to fit. Received: no condition'
        )
    if are_labels(condition, condition_shape):
        condition = ops.one_hot(ops.cast(condition, "int32"), condition_shape[0])
    check_batch_shape(condition, condition_shape, "condition")
    return ops.cast(condition, "float32")


def check_inputs(
    inputs, event_shape, condition_shape, argument, likelihood=None, least_label=0, known=()
):
    """Check the arrays that `fit`, `evaluate` or an inference method was given.

    Args:
        inputs: array (n, *event_shape), or a dict of it and its condition.
        event_shape: tuple of int.
        condition_shape: tuple of int, or None for an unconditional model.
        argument: str, the argument's name, for the error.
        likelihood: `Likelihood` whose support the values must lie in. Defaults to `None`.
        least_label: int, -1 where labels may be missing. Defaults to `0`.
        known: names of the model's other fields. Defaults to none.

    Raises:
        ValueError: if the shape, dtype or a value is not as it must be, or if there is no example.
    """
    x, condition = split_inputs(inputs, argument, known)
    check_values(x, event_shape, argument, likelihood)
    if condition is None or condition_shape is None:
        read_condition(condition, condition_shape)
        return
    condition = keras.ops.convert_to_numpy(condition)
    if are_labels(condition, condition_shape):
        check_values(condition, (), "condition")
        _check_labels(condition, least_label, condition_shape[0])
    else:
        check_values(condition, condition_shape, "condition")
    if len(condition) != len(x):
        raise ValueError(
            f"condition needs a row for each row of {argument}. "
            f"Received: {len(condition)} rows of condition and {len(x)} of {argument}"
        )


def _check_labels(labels, least, num_classes):
    whole = np.all(labels == np.round(labels))
    if not whole or labels.min() < least or labels.max() >= num_classes:
        raise ValueError(
            f"condition as labels must be integers from {least} to {num_classes - 1}. "
            f"Received: values from {labels.min()} to {labels.max()}"
            # -1 in an array of bytes is 255, without a word from NumPy.
            + (". Cast the labels to int before you put -1 in" if labels.max() == 255 else "")
        )


def are_labels(condition, condition_shape):
    """Whether a condition is given as class labels, (batch,)."""
    return len(condition.shape) == 1 and len(condition_shape) == 1 and condition_shape[0] > 1


def read_fields(inputs, condition_shape, other_fields):
    """The data of a batch, and the fields beside them as float32 tensors by name.

    Args:
        inputs: tensor (batch, event), or a dict of it and its fields.
        condition_shape: tuple of int, or None for an unconditional model.
        other_fields: dict of the shapes of the model's other fields.

    Raises:
        ValueError: if a field is missing, unknown, or of another shape.
    """
    others = {}
    if other_fields:
        if not isinstance(inputs, dict) or set(other_fields) - set(inputs):
            raise ValueError(
                f"The model needs a dict with the fields {['x', *other_fields]}. Received: "
                f"{sorted(inputs) if isinstance(inputs, dict) else type(inputs).__name__}"
            )
        others = {name: inputs[name] for name in other_fields}
        inputs = {name: value for name, value in inputs.items() if name not in other_fields}
    x, condition = split_inputs(inputs)
    condition = read_condition(condition, condition_shape)
    for name, shape in other_fields.items():
        check_batch_shape(others[name], shape, name)
        others[name] = ops.cast(others[name], "float32")
    return x, others if condition is None else {"condition": condition, **others}
