"""The arguments of `fit` that the compiled loop needs, sorted out."""

import dataclasses
import functools
import math
from typing import Any

import keras

from keras_vae.callbacks.divergence_guard import guarded
from keras_vae.callbacks.far_latents import FarLatents
from keras_vae.callbacks.schedule import Schedule, SettleSchedules
from keras_vae.engine.adapters.batches import are_arrays, num_rows
from keras_vae.engine.device_data import fits_on_device
from keras_vae.inputs.prepared import Arrays


@dataclasses.dataclass
class FitSettings:
    """How to fit arrays.

    Args:
        batch_size: int.
        validation_batch_size: int.
        epochs: int.
        verbose: `"auto"`, 0, 1 or 2.
        callbacks: list of `keras.callbacks.Callback`.
        seed: int, of the shuffles; `None` for rows in order.
        others: dict, passed to Keras' `fit`.
    """

    batch_size: int
    validation_batch_size: int
    epochs: int
    verbose: Any
    callbacks: list
    seed: int | None
    others: dict

    @classmethod
    def of(cls, model: Any, callbacks: list, arguments: dict) -> "FitSettings":
        """The settings from the arguments of `fit`."""
        others = dict(arguments)
        batch_size = others.pop("batch_size") or 32
        return cls(
            batch_size=batch_size,
            validation_batch_size=others.pop("validation_batch_size", None) or batch_size,
            epochs=others.pop("epochs"),
            verbose=others.pop("verbose"),
            callbacks=callbacks,
            seed=model.shuffle_seed if others.pop("shuffle") else None,
            others=others,
        )

    @functools.cached_property
    def schedules(self) -> list[Schedule]:
        """The schedules whose values travel with the blocks, in the callbacks' order."""
        return [c for c in self.callbacks if isinstance(c, Schedule)]


def split_for_validation(x: Any, fraction: float) -> tuple:
    """The first and the last part of arrays, as Keras' `validation_split` has it."""
    if not 0 < fraction < 1:
        raise ValueError(
            f"fit needs 0 < validation_split < 1. Received: validation_split={fraction}"
        )
    rows = num_rows(x)
    first = math.floor(rows * (1.0 - fraction))
    if first == 0 or first == rows:
        raise ValueError(
            f"validation_split leaves a part empty. Received: validation_split={fraction} "
            f"for {rows} examples"
        )
    parts = slice(None, first), slice(first, None)
    return tuple(keras.tree.map_structure(lambda a, rows=part: a[rows], x) for part in parts)


def validation_array(validation_data: Any, others: dict) -> Any:
    """The array among validation data that the compiled loop takes, or `None`."""
    if isinstance(validation_data, Arrays):
        return validation_data
    validation_data = first_of_pair(validation_data)
    takes = are_arrays(validation_data) and not others.get("validation_steps")
    return validation_data if takes and fits_on_device(validation_data) else None


def callback_list(callbacks: Any) -> list[keras.callbacks.Callback]:
    """`callbacks` as a flat list without gaps.

    Raises:
        ValueError: if one is not a `keras.callbacks.Callback`.
    """
    flat = [c for c in keras.tree.flatten(callbacks) if c is not None]
    for callback in flat:
        if not isinstance(callback, keras.callbacks.Callback):
            raise ValueError(
                "callbacks must be instances of keras.callbacks.Callback. "
                f"Received: callbacks with {callback!r}"
            )
    return flat


def first_of_pair(validation_data: Any) -> Any:
    """The examples among validation data, which may come with labels."""
    if isinstance(validation_data, (list, tuple)) and validation_data:
        return validation_data[0]
    return validation_data


def with_own_callbacks(callbacks: list[keras.callbacks.Callback]) -> list:
    """`callbacks` with a guard in front, and what warns and settles schedules at the end."""
    schedules = [c for c in callbacks if isinstance(c, Schedule)]
    settle = [SettleSchedules(schedules)] if schedules else []
    return [*guarded(callbacks), FarLatents(), *settle]
