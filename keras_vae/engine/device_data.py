"""Data on the device, and the plan of their steps: what the compiled loop runs over."""

import os
from typing import Any

import keras
import numpy as np

from keras_vae.callbacks.schedule import Schedule
from keras_vae.engine import loops
from keras_vae.engine.adapters.batches import num_rows
from keras_vae.engine.plan import Plan

#: share of the device's memory that the data may take; larger data are streamed in chunks
MEMORY_SHARE = 0.5


class DeviceData:
    """Arrays on the device and the plan of their steps.

    Args:
        x: NumPy array or tensor (n, event), or a dict of such.
        batch_size: int.
        block_size: int, steps in a compiled call. Defaults to `None`, about 60.
        seed: int, of the shuffles; `None` for rows in order.
        schedules: list of `keras_vae.callbacks.Schedule` that the compiled loop moves. Defaults to
            none.
        model: the model with the schedules' variables; needed with schedules alone.
    """

    def __init__(
        self,
        x: Any,
        batch_size: int,
        block_size: int | None = None,
        seed: int | None = None,
        schedules: list[Schedule] | None = None,
        model: keras.Model | None = None,
    ) -> None:
        self.plan = Plan(num_rows(x), batch_size, block_size, seed, schedules)
        #: the variables that the columns of a block's values are for
        self.scheduled = [schedule.find(model) for schedule in schedules or []]
        self.data = keras.tree.map_structure(lambda a: loops.to_device(device_array(a)), x)

        example = keras.tree.map_structure(lambda a: device_array(a[:1]), x)
        #: the shapes of one example's arrays, for which steps are compiled
        self.shapes = example_shapes(example)
        #: what Keras' loop is given for data: as many batches as there are blocks
        self.placeholder = loops.placeholder_dataset(example, self.plan.num_blocks)

    def padded(self, block: Any) -> Any:
        """A block's rows and values, repeated up to the plan's number of steps in a block."""
        missing = self.plan.block_size - len(block.rows)
        rows = np.pad(block.rows, ((0, missing), (0, 0)))
        values = np.pad(block.values[: len(block.rows)], ((0, missing), (0, 0)))
        return rows, values


def example_shapes(example: Any) -> tuple[tuple[int, ...], ...]:
    """The shapes of one example, of an array (1, ...) or a nest of such."""
    return tuple(tuple(array.shape[1:]) for array in keras.tree.flatten(example))


def device_array(x: Any) -> Any:
    """`x` in a dtype and byte order that every backend has, with the same values up to rounding.

    Floats of more than 32 bits become float32, as in Keras. Integers of 64 bits become int32 where
    they fit into it, else float32; JAX would wrap them.
    """
    if not isinstance(x, np.ndarray):
        return x
    if x.dtype.kind == "f" and x.dtype.itemsize > 4:
        return x.astype("float32")
    if x.dtype.kind in "iu" and x.dtype.itemsize >= 4 and x.dtype != np.int32:
        ends = np.iinfo(np.int32)
        fits = not x.size or (x.min() >= ends.min and x.max() <= ends.max)
        return x.astype("int32" if fits else "float32")
    return x if x.dtype.isnative else x.astype(x.dtype.newbyteorder("="))


def fits_on_device(x: Any) -> bool:
    """Whether the data take no more than `MEMORY_SHARE` of the device's memory."""
    limit = memory_limit()
    return limit is None or sum(map(_bytes, keras.tree.flatten(x))) <= MEMORY_SHARE * limit


def memory_limit() -> int | None:
    """The device's memory in bytes, or `None` where the system does not say."""
    return loops.device_bytes() or host_bytes()


def host_bytes() -> int | None:
    """The computer's memory in bytes, or `None` where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _bytes(array):
    is_numpy = isinstance(array, np.ndarray)
    name = array.dtype if is_numpy else keras.backend.standardize_dtype(array.dtype)
    # `device_array` leaves no more than four bytes of a number.
    return int(np.prod(array.shape)) * min(np.dtype(name).itemsize, 4)
