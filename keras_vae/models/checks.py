"""Checks of one array; those of all that users give stand in `keras_vae.inputs`."""

import warnings
from typing import Any

import numpy as np

# Found here by others; they stand in `keras_vae.checks`.
from keras_vae.checks import (  # noqa: F401
    check_batch_sizes,
    check_data_shape,
    check_shape_argument,
    check_whole,
)
from keras_vae.inputs import Fields, prepare
from keras_vae.inputs.shapes import check_shape as check_batch_tensor_shape
from keras_vae.typing import Shape


def check_batch_shape(x: Any, event_shape: Shape, argument: Any) -> None:
    """Raise a ValueError unless `x` is (batch, *event_shape), as far as its shape is known."""
    if getattr(x, "shape", None) is None:
        raise ValueError(
            f"{argument} must be an array or a tensor. "
            f"Received: {argument} of type {type(x).__name__}"
        )
    check_batch_tensor_shape(x.shape, event_shape, argument)


def check_values(
    x: Any, event_shape: tuple[int, ...], argument: str, likelihood: Any = None
) -> Any:
    """The array (n, *event_shape) that `x` holds, checked.

    Args:
        x: array of any library, (n, *event_shape).
        event_shape: tuple of int.
        argument: str, the argument's name, for the error.
        likelihood: `Likelihood` whose support the values must lie in. Defaults to `None`.

    Raises:
        ValueError: if the shape, dtype or a value is not as it must be, or if there is no example.
    """
    fields = Fields(argument, event_shape)
    return prepare(x, fields, argument=argument, likelihood=likelihood).inputs


def warn_not_finite(owner: str, z: np.ndarray) -> None:
    """Warn of latents that are NaN or infinite, though the examples are finite.

    Args:
        owner: str, name of the model.
        z: array (n, latent).
    """
    if z.dtype.kind != "f" or np.isfinite(z).all():
        return
    bad = ~np.isfinite(z.reshape(len(z), -1)).all(axis=1)
    warnings.warn(
        f"The encoder of {owner} gave latents that are not finite for {bad.sum()} of {len(z)} "
        f"examples, the first for x[{bad.argmax()}]. Either the examples are not of the kind that "
        "it takes, such as negative counts, or its weights are broken, as after a training that "
        "diverged.",
        RuntimeWarning,
        stacklevel=4,
    )
