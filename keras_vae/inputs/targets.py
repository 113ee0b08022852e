"""What stands beside x as y: the clean data that a noisy x shall become, or labels.

They are told apart by their shape:

- `y` of x' shape is the target: the model reconstructs y from x.
- `(n,)` and `(n, 1)` are labels. So are `(n, k)` of zeros and ones, as one-hot rows are, and any
  `(n, k)` beside examples of several axes, such as attributes beside images. Labels are not used;
  a condition is a field of its own.

Where x is `(n, 1)`, a y of that shape is the target.
"""

from typing import Any

import numpy as np

from keras_vae.inputs.adapters import read_array
from keras_vae.inputs.readers import of_list
from keras_vae.inputs.shapes import check_shape
from keras_vae.typing import Shape


def is_target(shape: Any, event_shape: Shape) -> bool:
    """Whether an array of this shape, (n, ...), has the shape of the data, as far as is known."""
    return len(shape) == len(event_shape) + 1 and all(
        size is None or size == wanted for size, wanted in zip(shape[1:], event_shape, strict=True)
    )


def are_labels(shape: Any, event_shape: Shape) -> bool | None:
    """Whether an array of this shape holds labels; None if its values must say."""
    if len(shape) == 1 or len(shape) == 2 and (shape[1] == 1 or len(event_shape) > 1):
        return True
    return None if len(shape) == 2 else False


def read_target(y: Any, x: Any, num_rows: int, event_shape: tuple[int, ...]) -> Any:
    """The unchecked `Source` of a target, or None for labels.

    Args:
        y: array of any library, list, or None.
        x: the data as the user gave it; a y that is x itself is not another target.
        num_rows: int, rows of x.
        event_shape: tuple of int.

    Raises:
        ValueError: if y is neither, or has not as many rows as x.
    """
    if y is None or y is x:
        return None
    source = of_list(y, "y") if isinstance(y, (list, tuple)) else read_array(y, "y")
    if source.shape == () or len(source) != num_rows:
        raise ValueError(
            "y needs a row for each row of x. "
            f"Received: y of shape {source.shape} for {num_rows} rows of x"
        )
    if is_target(source.shape, event_shape):
        return source
    labels = are_labels(source.shape, event_shape)
    if labels is None:
        labels = all(np.all((chunk == 0) | (chunk == 1)) for _, chunk in source.chunks())
    if labels:
        return None
    try:
        check_shape(source.shape, event_shape, "y")
    except ValueError as error:
        raise ValueError(
            f"{error}. y is the clean data of a noisy x, or labels (n,); labels are not used"
        ) from None
    return None
