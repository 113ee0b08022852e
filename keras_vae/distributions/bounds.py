"""Greater and smaller, without loss of digits: `ops.maximum` gives float32 of float64 on torch."""

from keras import ops

from keras_vae.typing import Tensor


def greater(x: Tensor, y: Tensor) -> Tensor:
    """The greater of two tensors, elementwise, of their dtype."""
    return ops.where(x > y, x, y)


def smaller(x: Tensor, y: Tensor) -> Tensor:
    """The smaller of two tensors, elementwise, of their dtype."""
    return ops.where(x < y, x, y)


def at_least(x: Tensor, least: float) -> Tensor:
    """The greater of `x` and a number, elementwise, of the dtype of `x`."""
    return ops.where(x < least, ops.full_like(x, least), x)


def at_most(x: Tensor, most: float) -> Tensor:
    """The smaller of `x` and a number, elementwise, of the dtype of `x`."""
    return ops.where(x > most, ops.full_like(x, most), x)
