"""Passes through a network beside the step's own: made again, or with nothing left behind."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras

from keras_vae.engine.keras_internals import (
    recorded_seeds,
    repeated_seeds,
    seed_generators,
)


def aside(function: Callable, layers: Callable[[], Sequence[keras.layers.Layer]]) -> Callable:
    """`function` as a pass beside the step's own: statistics stand still, no losses are added.

    A step counts the losses and moves the statistics of its own pass, once.

    Args:
        function: of tensors, a pass through layers.
        layers: function that gives these layers, as they are when the pass is made.
    """

    def run(*arguments: Any, **options: Any) -> Any:
        with passes_aside(layers()):
            return function(*arguments, **options)

    return run


def repeatable(
    function: Callable, layers: Sequence[keras.layers.Layer]
) -> tuple[Callable, Callable]:
    """`function`, and one that makes the same pass again, aside, with the noise of the first.

    Args:
        function: of tensors, a pass through layers.
        layers: these layers.

    Returns:
        Two functions; the first is to be called first.
    """
    generators = [generator for layer in layers for generator in seed_generators(layer)]
    tapes: list[list] = []

    def first(*arguments: Any) -> Any:
        with recorded_seeds(generators) as recorded:
            result = function(*arguments)
        tapes[:] = recorded
        return result

    def again(*arguments: Any) -> Any:
        with repeated_seeds(generators, tapes), passes_aside(layers):
            return function(*arguments)

    return first, again


@contextlib.contextmanager
def passes_aside(layers: Sequence[keras.layers.Layer]) -> Iterator[None]:
    """Within this, passes through these layers move no variable and add no loss.

    In a `keras.StatelessScope`, layers read the values that they have now, with their gradients,
    and what they assign or add to the losses stays in the scope.
    """
    variables = {id(v): v for layer in layers for v in layer.variables}
    mapping = [(v, v.value) for v in variables.values()]
    with keras.StatelessScope(state_mapping=mapping, collect_losses=True):
        yield
