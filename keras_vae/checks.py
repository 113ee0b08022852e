"""Arguments that cannot be meant: refused with the owner, what was expected and what came.

All say `Owner: \`argument\` must be ... Received: argument=value`, as a `ValueError`.
"""

import math
import numbers
from typing import Any

from keras_vae.typing import Seed


def refuse(owner: Any, expected: str, **argument: Any) -> None:
    """Raise the error of one argument.

    Args:
        owner: str, the class or function that was given it; `None` where its caller says so.
        expected: str, what the argument must be.
        **argument: the one argument, by name.
    """
    ((name, value),) = argument.items()
    whose = f"{owner}: " if owner else ""
    raise ValueError(f"{whose}`{name}` must be {expected}. Received: {name}={value!r}")


def is_integer(value: Any) -> bool:
    """Whether `value` is an integer of Python or NumPy. A bool is not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """Whether `value` is a real number of Python or NumPy. A bool is not."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def is_finite(value: Any) -> bool:
    """Whether `value` is a finite real number. A bool is not."""
    return is_number(value) and math.isfinite(value)


def are_sizes(values: Any) -> bool:
    """Whether `values` is a tuple or list of positive integers; it may be empty."""
    return isinstance(values, (tuple, list)) and all(is_integer(v) and v >= 1 for v in values)


def check_positive(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a finite number > 0."""
    for name, value in arguments.items():
        if not is_finite(value) or value <= 0:
            refuse(owner, "a number > 0", **{name: value})


def check_non_negative(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a finite number >= 0."""
    for name, value in arguments.items():
        if not is_finite(value) or value < 0:
            refuse(owner, "a number >= 0", **{name: value})


def check_finite(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a finite number."""
    for name, value in arguments.items():
        if not is_finite(value):
            refuse(owner, "a finite number", **{name: value})


def check_fraction(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a number in [0, 1]."""
    for name, value in arguments.items():
        if not is_number(value) or not 0 <= value <= 1:
            refuse(owner, "in [0, 1]", **{name: value})


def check_proper_fraction(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a number in (0, 1), without ends."""
    for name, value in arguments.items():
        if not is_number(value) or not 0 < value < 1:
            refuse(owner, "in (0, 1)", **{name: value})


def check_range(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a pair (low, high) with low < high."""
    for name, value in arguments.items():
        pair = isinstance(value, (list, tuple)) and len(value) == 2
        if not pair or not all(is_number(v) for v in value) or not value[0] < value[1]:
            refuse(owner, "a pair (low, high) with low < high", **{name: value})


def check_count(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not an integer >= 1."""
    for name, value in arguments.items():
        if not is_integer(value) or value < 1:
            refuse(owner, "a positive integer", **{name: value})


def check_whole(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not an integer >= 0."""
    check_at_least(owner, 0, **arguments)


def check_at_least(owner: Any, least: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not an integer >= `least`."""
    for name, value in arguments.items():
        if not is_integer(value) or value < least:
            refuse(owner, f"an integer >= {least}", **{name: value})


def check_seed(owner: Any, seed: Seed) -> None:
    """Raise a ValueError unless `seed` is None or an integer that every backend takes."""
    if seed is not None and not (is_integer(seed) and 0 <= seed < 2**31):
        refuse(owner, "an integer from 0 to 2**31 - 1, or None", seed=seed)


def check_choice(owner: Any, choices: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is none of the choices."""
    for name, value in arguments.items():
        if value not in choices:
            refuse(owner, f"one of {list(choices)}", **{name: value})


def check_sizes(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not a tuple of positive integers."""
    for name, value in arguments.items():
        if not are_sizes(value):
            refuse(owner, "a tuple of positive integers", **{name: value})


def check_shape_argument(owner: Any, **arguments: Any) -> None:
    """Raise a ValueError for the first argument that is not the shape of one example."""
    for name, value in arguments.items():
        if not are_sizes(value) or not value:
            expected = "a tuple of positive integers, without batch axis, such as (28, 28)"
            refuse(owner, expected, **{name: value})


def check_data_shape(owner: Any, data_shape: Any) -> None:
    """Raise a ValueError unless this is the shape of one example.

    Height and width of images with channels may be `None`: free.
    """
    if is_free(data_shape) and len(data_shape) == 3 and data_shape[2] is not None:
        data_shape = with_known_sides(data_shape)
    check_shape_argument(owner, data_shape=data_shape)


def is_free(shape: Any) -> bool:
    """Whether a shape has free sizes, `None`."""
    return isinstance(shape, (tuple, list)) and any(size is None for size in shape)


def with_known_sides(shape: Any, size: int = 8) -> Any:
    """A shape with `size` in the place of each that is free."""
    return tuple(size if known is None else known for known in shape)


def check_batch_sizes(owner: Any, *sizes: Any) -> None:
    """Raise a ValueError for the first batch size that is neither None nor an integer >= 1."""
    for size in sizes:
        if size is not None:
            check_count(owner, batch_size=size)
