"""Passes through layers whose weights get no gradient, and what is computed at other weights."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import keras
from keras import ops


@contextlib.contextmanager
def fixed(layers: Sequence[keras.layers.Layer]) -> Iterator[None]:
    """Within this, passes through these layers give gradients to their inputs, not to weights.

    They move no variable and add no loss. No other layer is to be passed within, and no noise of
    other generators to be drawn, whose seeds would not move on.
    """
    with _mapping({id(v): (v, ops.stop_gradient(v.value)) for v in _variables(layers)}):
        yield


@contextlib.contextmanager
def replaced(
    layers: Sequence[keras.layers.Layer], variable: keras.Variable, value: Any
) -> Iterator[None]:
    """Within this, passes through these layers see another value of one variable of theirs."""
    mapping = {id(v): (v, v.value) for v in _variables(layers)}
    with _mapping({**mapping, id(variable): (variable, value)}):
        yield


def _variables(layers):
    return [v for layer in layers for v in layer.variables]


def _mapping(values):
    return keras.StatelessScope(state_mapping=[*values.values()], collect_losses=True)
