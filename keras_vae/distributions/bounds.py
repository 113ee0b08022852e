"""Bounds that are numbers, without loss of the tensor's digits."""

from keras import ops

from keras_vae.typing import Tensor


def at_least(x: Tensor, least: float) -> Tensor:
    """The greater of `x` and a number, elementwise, of the dtype of `x`."""
    # `ops.maximum` gives float32 of float64 on torch.
    return ops.where(x < least, ops.full_like(x, least), x)


def at_most(x: Tensor, most: float) -> Tensor:
    """The smaller of `x` and a number, elementwise, of the dtype of `x`."""
    return ops.where(x > most, ops.full_like(x, most), x)
