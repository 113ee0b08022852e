"""A check of the batches of a torch `DataLoader`, in the worker that makes them."""

import copy
import functools
from typing import Any

import keras
import numpy as np
import torch


def checked(loader: torch.utils.data.DataLoader, check: Any) -> torch.utils.data.DataLoader:
    """A copy of `loader` with each batch checked; the user's own stays as it is.

    Args:
        loader: torch `DataLoader`.
        check: `keras_vae.inputs.streams.BatchCheck`.
    """
    loader = copy.copy(loader)
    loader.collate_fn = functools.partial(_collate, loader.collate_fn, check)
    return loader


def _collate(collate, check, examples):
    # A module's function and not a lambda: worker processes must unpickle it.
    return keras.tree.map_structure(_as_torch, check(collate(examples)))


def _as_torch(values):
    """Keras takes nothing but torch's tensors from a loader, on other backends too."""
    if not isinstance(values, np.ndarray):
        return values
    kept = values if values.dtype.kind in "fiub" else values.astype("float32")  # bfloat16
    return torch.as_tensor(kept)
