"""The shape of data: one example in each row, with hints at what went wrong."""

from typing import Any

import numpy as np


def check_shape(
    shape: tuple[int, ...], event_shape: tuple[int, ...], argument: str, is_batch: bool = False
) -> None:
    """Raise a ValueError unless `shape` is (n, *event_shape), as far as it is known.

    Args:
        shape: tuple of int or None.
        event_shape: tuple of int.
        argument: str, the argument's name, for the error.
        is_batch: bool, whether a data set gave it. Defaults to `False`.
    """
    shape, event_shape = tuple(shape), tuple(event_shape)
    fits = len(shape) == len(event_shape) + 1 and all(
        size is None or wanted is None or size == wanted
        for size, wanted in zip(shape[1:], event_shape, strict=False)
    )
    if not fits:
        wanted = ", ".join(["n", *("any" if size is None else str(size) for size in event_shape)])
        raise ValueError(
            f"{argument} must have the shape ({wanted}). Received: {argument} of shape {shape}"
            f"{_hint(shape, event_shape, is_batch)}"
        )


def _hint(shape, event_shape, is_batch):
    if shape == event_shape and is_batch:
        return ". A data set must give batches, not single examples: dataset.batch(32)"
    if shape == event_shape:
        return ". For a single example, pass a batch of one: x[None]"
    example = shape[1:]
    if len(example) == 3:
        # Moved, because a reshape would mix the channels.
        if (*example[1:], example[0]) == event_shape:
            return ". Move the channels to the end: np.moveaxis(x, 1, -1)"
        if (example[2], *example[:2]) == event_shape:
            return ". Move the channels to the front: np.moveaxis(x, -1, 1)"
    if (
        example
        and None not in (*example, *event_shape)
        and int(np.prod(example)) == int(np.prod(event_shape))
    ):
        return f". The sizes agree: reshape to (-1, {', '.join(map(str, event_shape))})?"
    return ""


def check_some_rows(shape: Any, argument: Any) -> Any:
    """Raise a ValueError if there is no example."""
    if shape[0] == 0:
        raise ValueError(f"{argument} must hold at least one example. Received: {tuple(shape)}")
