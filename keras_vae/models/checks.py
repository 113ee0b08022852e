"""Data checked at the door: shape, dtype, emptiness, finiteness, support."""

import math

import keras
import numpy as np

# Found here by others; they stand in `keras_vae.checks`.
from keras_vae.checks import (  # noqa: F401
    check_batch_sizes,
    check_shape_argument,
    check_whole,
)


def check_batch_shape(x, event_shape, argument):
    """Raise a ValueError unless `x` is (batch, *event_shape), as far as its shape is known."""
    if not hasattr(x, "shape"):
        raise ValueError(
            f"{argument} must be an array or a tensor. "
            f"Received: {argument} of type {type(x).__name__}"
        )
    shape = tuple(x.shape)
    fits = len(shape) == len(event_shape) + 1 and all(
        size is None or size == wanted for size, wanted in zip(shape[1:], event_shape, strict=False)
    )
    if not fits:
        wanted = ", ".join(["n", *map(str, event_shape)])
        raise ValueError(
            f"{argument} must have the shape ({wanted}). Received: {argument} of shape {shape}"
            f"{_shape_hint(shape, event_shape)}"
        )


def _shape_hint(shape, event_shape):
    if shape == tuple(event_shape):
        return ". For a single example, pass a batch of one: x[None]"
    example = shape[1:]
    if len(example) == 3:
        # Moved, for a reshape would tear the channels apart.
        if (*example[1:], example[0]) == tuple(event_shape):
            return ". Move the channels to the end: np.moveaxis(x, 1, -1)"
        if (example[2], *example[:2]) == tuple(event_shape):
            return ". Move the channels to the front: np.moveaxis(x, -1, 1)"
    if example and None not in example and int(np.prod(example)) == int(np.prod(event_shape)):
        return f". The sizes agree: reshape to (-1, {', '.join(map(str, event_shape))})?"
    return ""


def check_values(x, event_shape, argument, likelihood=None):
    """Check an array that `fit`, `evaluate` or an inference method was given.

    Args:
        x: NumPy array or tensor, (n, *event_shape).
        event_shape: tuple of int.
        argument: str, the argument's name, for the error.
        likelihood: `Likelihood` whose support the values must lie in. Defaults to `None`.

    Raises:
        ValueError: if the shape, dtype or a value is not as it must be, or if there is no example.
    """
    check_batch_shape(x, event_shape, argument)
    # Keras would copy an array.
    values = x if isinstance(x, np.ndarray) else keras.ops.convert_to_numpy(x)
    if values.dtype.kind not in "fiub" and "float" not in str(values.dtype):
        raise ValueError(
            f"{argument} must hold numbers. Received: {argument} of dtype {values.dtype}"
        )
    if values.shape[0] == 0:
        raise ValueError(f"{argument} must hold at least one example. Received: {values.shape}")
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = np.argwhere(~np.isfinite(values))
        raise ValueError(
            f"{argument} must be finite. Received: {len(bad)} values that are NaN or infinite, "
            f"the first in {argument}[{bad[0][0]}]"
        )
    if max(abs(float(low)), abs(float(high))) > float(np.finfo("float32").max):
        raise ValueError(
            f"{argument} must be finite in float32. "
            f"Received: {argument} with values from {low:g} to {high:g}"
        )
    if likelihood is not None:
        _check_support(values, low, high, argument, likelihood)


class BatchCheck:
    """Checks the batches that a data set gives: their shape, and that the likelihood knows them.

    It holds no model, for the worker processes of a torch `DataLoader` get it too.

    Args:
        event_shape: tuple of int.
        likelihood: `Likelihood`.
    """

    def __init__(self, event_shape, likelihood):
        self.event_shape = event_shape
        self.name = type(likelihood).__name__
        #: the interval that values must lie in, or None
        self.support = likelihood.support

    def __call__(self, x):
        """Raise a ValueError unless the batch `x` is fine.

        What is not finite passes: `DivergenceGuard` stops the run, with its last good weights.
        """
        check_batch_shape(x, self.event_shape, "x")
        if self.support is not None and math.prod(x.shape):
            values = x if isinstance(x, np.ndarray) else np.asarray(x.cpu() if _on_torch(x) else x)
            low, high = values.min(), values.max()
            if np.isfinite(low) and np.isfinite(high):
                _check_range(low, high, "x", self.name, self.support)


def _on_torch(x):
    return type(x).__module__.startswith("torch")


def _check_range(low, high, argument, name, support):
    least, greatest = support
    if low < least or high > greatest:
        hint = " Divide 8-bit images by 255." if low >= 0 and 1 < high <= 255 else ""
        raise ValueError(
            f"The likelihood {name} needs {argument} in [{least:g}, {greatest:g}]. "
            f"Received: values from {low:g} to {high:g}.{hint}"
        )


def _check_support(values, low, high, argument, likelihood):
    if likelihood.support is None:
        return
    _check_range(low, high, argument, type(likelihood).__name__, likelihood.support)
    if likelihood.support_steps is not None:
        _check_grid(values, argument, likelihood)


def _check_grid(values, argument, likelihood):
    steps = likelihood.support_steps
    scaled = values.astype("float64") * steps
    distance = np.abs(scaled - np.round(scaled)).max()
    # float32 knows the levels of 8-bit data to 3e-5 of a step, and float16 to an eighth.
    if distance > 0.2:
        raise ValueError(
            f"The likelihood {type(likelihood).__name__}(num_levels={steps + 1}) needs {argument} "
            f"on the levels k / {steps}. Received: values up to {distance:.2f} of a step off"
        )
