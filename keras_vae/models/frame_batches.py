"""Methods that give a DataFrame for a DataFrame, over data sets whose batches are DataFrames."""

import functools
import itertools
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_vae.inputs import find_adapter
from keras_vae.inputs.streams import split_batch
from keras_vae.tables import is_frame


def over_frames(method: Callable) -> Callable:
    """A decorator of such a method of a model with a `schema`: batch by batch, results joined.

    Data sets of other batches go on to the method as they are. Draws go on from batch to batch.
    """

    @functools.wraps(method)
    def run(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
        if self.schema is None or not _is_data_set(x):
            return method(self, x, *args, **kwargs)
        batches = iter(find_adapter(x, "x").read(x, "x"))
        first = next(batches, None)
        whole = itertools.chain([] if first is None else [first], batches)
        if not _holds_frame(_inputs(first)):
            return method(self, whole, *args, **kwargs)
        if isinstance(kwargs.get("seed"), int):
            kwargs["seed"] = keras.random.SeedGenerator(self._seed(kwargs["seed"]))
        return _joined([method(self, _inputs(batch), *args, **kwargs) for batch in whole])

    return run


def _is_data_set(x):
    return not isinstance(x, dict) and not is_frame(x) and find_adapter(x, "x").is_stream


def _inputs(batch):
    return split_batch(batch, ())[0]


def _holds_frame(inputs):
    return is_frame(inputs.get("x") if isinstance(inputs, dict) else inputs)


def _joined(parts):
    """One result of those of all batches: of frames, of arrays, or of a list or pair of these."""
    if isinstance(parts[0], (list, tuple)):
        return type(parts[0])(map(_joined, zip(*parts, strict=True)))
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import pandas

    return pandas.concat(parts)
