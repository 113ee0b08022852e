"""Methods that take arrays, over data sets and large files: batch by batch, results joined."""

import functools
import inspect
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_vae.inputs import find_adapter, memory, prepare

#: examples that are handed to the method at once
ROWS = 8192


def over_data_sets(draws: str | None = None) -> Any:
    """A decorator of a model's method of arrays `x`, that lets it take data sets of batches too.

    Arrays in files that do not fit into memory are read in batches as well.

    Draws go on from batch to batch; those of one array of all examples are others.

    Args:
        draws: str, name of the argument that puts an axis of draws in front of the examples if it
            is not `None`. Defaults to `None`, no such argument.
    """

    def decorate(method: Callable) -> Callable:
        signature = inspect.signature(method)
        kinds = {p.kind: name for name, p in signature.parameters.items()}
        others = kinds.get(inspect.Parameter.VAR_KEYWORD)

        @functools.wraps(method)
        def run(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
            if not _comes_in_batches(x):
                return method(self, x, *args, **kwargs)
            arguments = dict(signature.bind(self, x, *args, **kwargs).arguments)
            del arguments["self"]
            arguments |= arguments.pop(others, {})
            condition = arguments.pop("condition", None)
            if isinstance(arguments.get("seed"), int):
                arguments["seed"] = keras.random.SeedGenerator(self._seed(arguments["seed"]))
            data = prepare(x, self.input_fields, takes_target=False, condition=condition)
            axis = 0 if draws is None or arguments.get(draws) is None else 1
            parts = [
                method(self, **{**arguments, "x": batch["x"] if len(batch) == 1 else batch})
                for batch in data.batches(ROWS)
            ]
            return keras.tree.map_structure(
                lambda *arrays: np.concatenate(arrays, axis=axis), *parts
            )

        return run

    return decorate


def _comes_in_batches(x):
    data = x.get("x") if isinstance(x, dict) else x
    if data is None:
        return False
    adapter = find_adapter(data, "x")
    if not adapter.is_lazy:
        return adapter.is_stream
    source = adapter.read(data, "x")
    return not (source.may_be_held and memory.fits(source.nbytes))
