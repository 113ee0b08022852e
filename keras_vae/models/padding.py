"""Padding that an encoder's own layer marks, as `keras.layers.Masking` and `Embedding` do."""

import warnings
from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from keras_vae.checks import with_known_sides
from keras_vae.distributions import Distribution
from keras_vae.distributions.distribution import is_distribution
from keras_vae.typing import Shape, Tensor


class Padding:
    """What the layer behind the input of an encoder says of x: which of its steps are padding.

    Args:
        layer: `keras.layers.Layer` whose `compute_mask(x)` gives a mask (batch, steps).
    """

    def __init__(self, layer: keras.layers.Layer) -> None:
        self.layer = layer

    def observed(self, x: Tensor) -> Tensor:
        """1 where x (batch, event) is not padding and 0 elsewhere, float32 (batch, event)."""
        mask = ops.cast(self.layer.compute_mask(x, None), "float32")
        axes = len(x.shape) - len(mask.shape)
        mask = ops.reshape(mask, (*ops.shape(mask), *[1] * axes))
        return ops.broadcast_to(mask, ops.shape(x))


def find_padding(
    encoder: Any, data_shape: Shape, likelihood: Callable[[], Distribution]
) -> Padding | None:
    """The padding that an encoder marks; None for one that marks none.

    Args:
        encoder: Keras model.
        data_shape: tuple of int, shape of one example.
        likelihood: function that gives the distribution of one example. Its elements must be
            independent to leave some out; else a warning says that padding is reconstructed too.
    """
    for layer in _behind_the_input(encoder):
        mask = layer.compute_mask(ops.zeros((1, *with_known_sides(data_shape))), None)
        if mask is None:
            continue
        p = likelihood()
        if is_distribution(p) and p.traits.elementwise:
            return Padding(layer)
        warnings.warn(
            f"The encoder's {type(layer).__name__} marks steps of x as padding, but "
            "the likelihood does not score each element by itself: padding is "
            "reconstructed like the rest",
            stacklevel=2,
        )
    return None


def _behind_the_input(encoder):
    """The layers of a functional or sequential model that take its first input."""
    inputs = getattr(encoder, "inputs", None)
    first = keras.tree.flatten(inputs)[0] if inputs else None
    return [
        layer
        for layer in (encoder.layers if inputs else [])
        if layer.supports_masking and any(given is first for given in _inputs_of(layer))
    ]


def _inputs_of(layer):
    try:
        return keras.tree.flatten(layer.input)
    except (AttributeError, ValueError):  # called never, or several times
        return []
