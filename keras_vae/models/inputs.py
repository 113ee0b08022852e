"""What goes into a pass through a model: tensors of x, and of the fields beside it.

What users give passes `keras_vae.inputs` first; here are the batches that come of it.
"""

from collections.abc import Callable
from typing import Any

from keras import ops

from keras_vae.inputs import MASK, TARGET, WEIGHT
from keras_vae.models.checks import check_batch_shape

KEYS = ("x", "condition", TARGET, WEIGHT)


def split_inputs(inputs: Any, argument: str = "x", known: Any = ()) -> Any:
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


def take_mask(inputs: Any) -> tuple[Any, Any]:
    """The inputs without their mask, and the mask, a tensor (batch, event) or None."""
    if not isinstance(inputs, dict):
        return inputs, None
    return {name: value for name, value in inputs.items() if name != MASK}, inputs.get(MASK)


def hide_missing(x: Any, mask: Any = None) -> tuple[Any, Any]:
    """x with zeros in the place of what is missing, and the mask, float32 (batch, event) both.

    Args:
        x: float32 tensor (batch, event), NaN where it is missing.
        mask: tensor (batch, event), 0 where x is missing too. Defaults to `None`.

    Raises:
        ValueError: if the mask has another shape.
    """
    observed = ops.logical_not(ops.isnan(x))
    if mask is not None:
        check_batch_shape(mask, x.shape[1:], MASK)
        observed = ops.logical_and(observed, ops.cast(mask, "bool"))
    return ops.where(observed, x, ops.zeros_like(x)), ops.cast(observed, "float32")


def read_condition(condition: Any, condition_shape: tuple[int, ...]) -> Any:
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


def are_labels(condition: Any, condition_shape: Any) -> bool:
    """Whether a condition is given as class labels, (batch,)."""
    return len(condition.shape) == 1 and len(condition_shape) == 1 and condition_shape[0] > 1


def read_fields(
    inputs: Any,
    condition_shape: tuple[int, ...],
    other_fields: dict[str, Any],
    read: Callable[..., Any],
) -> Any:
    """The data of a batch, and the fields beside them as float32 tensors by name.

    Args:
        inputs: tensor (batch, event), or a dict of it and its fields.
        condition_shape: tuple of int, or None for an unconditional model.
        other_fields: dict of the shapes of the model's other fields.
        read: function `(condition, x, condition_shape)` that gives the condition's rows.

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
    if isinstance(inputs, dict):
        others |= {name: inputs[name] for name in (TARGET, WEIGHT) if name in inputs}
    condition = read(condition, x, condition_shape)
    for name, shape in other_fields.items():
        check_batch_shape(others[name], shape, name)
    others = {name: ops.cast(value, "float32") for name, value in others.items()}
    return x, others if condition is None else {"condition": condition, **others}


def parts_of(validation_data: Any) -> tuple[Any, Any, Any]:
    """The examples among validation data, what stands beside them as y, and their weights.

    Raises:
        ValueError: if there are none.
    """
    if not isinstance(validation_data, (list, tuple)) or _is_one_array(validation_data):
        return validation_data, None, None
    if not validation_data:
        raise ValueError(f"validation_data must hold examples. Received: {validation_data!r}")
    return (*validation_data, None, None)[:3]


def _is_one_array(values):
    """Whether a list is a nested one of numbers, or of rows, and not data with labels."""
    if not isinstance(values, list) or not values:
        return False
    return len(values) > 3 or isinstance(values[0], (list, int, float))
