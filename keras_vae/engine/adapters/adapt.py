"""What users hand to `fit`, as Keras' trainer takes it on every backend."""

import copy
import functools
import inspect
from collections.abc import Callable
from typing import Any

import keras

from keras_vae.engine.adapters.batches import data_of
from keras_vae.engine.adapters.checked_dataset import CheckedDataset


def adapt(x: Any, check: Callable) -> Any:
    """`x`, with its batches checked, and bare batches of generators and loaders in tuples.

    Keras (3.15) fails on a generator that yields an array instead of a tuple, and off torch on a
    `DataLoader` that yields a bare tensor or a dict. Compiled steps would meet a batch of another
    shape with an error of their own, or with none, and learn from 8-bit images as from bits.

    Args:
        x: what `fit` was given; arrays are handed on.
        check: `keras_vae.models.checks.BatchCheck`, a function of a batch's data.
    """
    if inspect.isgenerator(x):
        return (_checked(_as_tuple(batch), check) for batch in x)
    if isinstance(x, keras.utils.PyDataset):
        return CheckedDataset(x, functools.partial(_checked, check=check))
    if _is_torch_loader(x):
        return _tuple_loader(x, check)
    if hasattr(x, "element_spec") and hasattr(x, "map") and check.support is not None:
        from keras_vae.engine.adapters import tf_data  # which imports TensorFlow

        return tf_data.checked(x, check)
    return x


def _as_tuple(batch):
    if isinstance(batch, list):
        return tuple(batch)
    return batch if isinstance(batch, tuple) else (batch,)


def _checked(batch, check):
    check(data_of(batch))
    return batch


def _is_torch_loader(x):
    # By name: torch need not be installed.
    return any(
        base.__module__.startswith("torch.utils.data") and base.__name__ == "DataLoader"
        for base in type(x).__mro__
    )


def _tuple_loader(loader, check):
    """A shallow copy of the loader whose batches are tuples, and checked."""
    loader = copy.copy(loader)
    loader.collate_fn = functools.partial(_collate_to_tuple, loader.collate_fn, check)
    return loader


def _collate_to_tuple(collate, check, examples):
    # A module's function and not a lambda: worker processes must unpickle it.
    return _checked(_as_tuple(collate(examples)), check)
