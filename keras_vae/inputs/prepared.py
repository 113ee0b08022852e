"""What has come through the door: arrays, or batches, checked."""

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_vae.inputs import memory
from keras_vae.inputs.names import TARGET, WEIGHT
from keras_vae.inputs.sources import Held, part_of
from keras_vae.typing import Seed


class Prepared:
    """Checked data of a model.

    Attributes:
        name: str, the field of the data, `"x"` or `"z"`.
    """

    #: whether they are arrays, of a known number of rows
    is_arrays = False
    #: whether they are arrays in memory, or fit into it
    in_memory = False

    def batches(self, size: int) -> Any:
        """Dicts of NumPy arrays by field, float32 or smaller, of `size` rows but for the last.

        Args:
            size: int.
        """
        raise NotImplementedError

    def loaded(self) -> Any:
        """The data with all arrays in memory that fit into it."""
        return self

    def for_keras(self, batch_size: int | None = None, seed: Seed = None) -> Any:
        """What Keras' own `fit`, `evaluate` and `predict` take as x."""
        raise NotImplementedError


class Arrays(Prepared):
    """Arrays of one number of rows, in memory or in a file.

    Args:
        sources: dict of `Source` by field.
        name: str, the field of the data.
    """

    is_arrays = True

    def __init__(self, sources: dict[str, Any], name: str = "x") -> None:
        self.sources = sources
        self.name = name

    def __len__(self) -> int:
        return len(self.sources[self.name])

    @property
    def target(self) -> Any:
        """The clean data beside a noisy x, a `Source`, or None."""
        return self.sources.get(TARGET)

    @property
    def nbytes(self) -> Any:
        """Bytes of all arrays in memory."""
        return sum(source.nbytes for source in self.sources.values())

    @property
    def piece_rows(self) -> int:
        """Rows that are best read together."""
        return max(source.piece_rows for source in self.sources.values())

    @property
    def is_lazy(self) -> bool:
        """Whether an array is read from a file, or made, each time anew."""
        return any(source.is_lazy for source in self.sources.values())

    @property
    def fits_in_memory(self) -> bool:
        """Whether those arrays that are not in memory yet take at most half of what is free."""
        return memory.fits(sum(s.nbytes for s in self.sources.values() if s.is_lazy))

    @property
    def in_memory(self) -> bool:
        """Whether all arrays are in memory, or fit into it and may be held there."""
        held = all(source.may_be_held for source in self.sources.values() if source.is_lazy)
        return not self.is_lazy or held and self.fits_in_memory

    @property
    def inputs(self) -> Any:
        """The data (n, ...), or a dict of it and its fields: NumPy arrays, or the user's tensors.

        Raises:
            ValueError: if that is more than fits into memory.
        """
        if self.is_lazy and not self.fits_in_memory:
            raise ValueError(
                f"{self.name} takes {self.nbytes / 2**30:.1f} GB in memory, more than "
                f"{memory.MEMORY_SHARE:g} of what is free. Take its batches"
            )
        arrays = {n: s.whole() if s.is_lazy else s.handed_on for n, s in self.sources.items()}
        return self._join(arrays)

    def loaded(self) -> Any:
        if not self.in_memory:
            return self
        held = {n: Held(s.whole()) if s.is_lazy else s for n, s in self.sources.items()}
        return Arrays(held, self.name)

    @property
    def examples(self) -> Any:
        """The inputs without a target or weights."""
        left_out = (TARGET, WEIGHT)
        others = {name: s for name, s in self.sources.items() if name not in left_out}
        return Arrays(others, self.name).inputs

    def take(self, rows: Any) -> Any:
        """The inputs of these rows, NumPy arrays.

        Args:
            rows: integers (m,).
        """
        return self._join({name: source.take(rows) for name, source in self.sources.items()})

    def read(self, first: int, last: int) -> Any:
        """The inputs of the rows from `first` to before `last`, NumPy arrays."""
        return self._join({name: source.read(first, last) for name, source in self.sources.items()})

    def split(self, fraction: Any) -> Any:
        """The first rows, and the last part of this share, as `validation_split` has it.

        Raises:
            ValueError: if the fraction is not in (0, 1), or leaves a part empty.
        """
        if not 0 < fraction < 1:
            raise ValueError(
                f"fit needs 0 < validation_split < 1. Received: validation_split={fraction}"
            )
        rows = len(self)
        first = math.floor(rows * (1.0 - fraction))
        if first in (0, rows):
            raise ValueError(
                f"validation_split leaves a part empty. Received: validation_split={fraction} "
                f"for {rows} examples"
            )
        return self._part(0, first), self._part(first, rows)

    def batches(self, size: Any) -> Iterator[Any]:
        for first in range(0, len(self), size):
            last = min(first + size, len(self))
            yield {name: _wide(s.read(first, last)) for name, s in self.sources.items()}

    def for_keras(self, batch_size: int | None = None, seed: int | None = None) -> Any:
        """The inputs, or, where they do not fit into memory, a data set of their batches.

        Args:
            batch_size: int. Defaults to `None`, 32.
            seed: int, of the order of the data set's rows; `None`, the default, as they stand.
        """
        if self.in_memory:
            return self.inputs
        return ArrayBatches(self, batch_size or 32, seed)

    def _part(self, first, last):
        parts = {name: part_of(source, first, last) for name, source in self.sources.items()}
        return Arrays(parts, self.name)

    def _join(self, arrays):
        return arrays[self.name] if len(arrays) == 1 else arrays


class ArrayBatches(keras.utils.PyDataset):
    """Batches of arrays that do not fit into memory, their rows in a new order in each epoch.

    Args:
        arrays: `Arrays`.
        batch_size: int.
        seed: int, of the orders; `None` for rows as they stand.
    """

    def __init__(self, arrays: Any, batch_size: int, seed: int | None = None) -> None:
        super().__init__()
        self.arrays, self.batch_size, self.seed = arrays, batch_size, seed
        self.epoch = 0
        self._order()

    @property
    def num_batches(self) -> Any:
        return math.ceil(len(self.arrays) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[dict[str, np.ndarray]]:
        first = index * self.batch_size
        return (self.arrays.take(self.order[first : first + self.batch_size]),)

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        self.epoch += 1
        self._order()

    def _order(self):
        self.order = np.arange(len(self.arrays))
        if self.seed is not None:
            np.random.default_rng([self.seed, self.epoch]).shuffle(self.order)


class StreamedBatches(Prepared):
    """A data set of batches, each checked as it comes.

    Args:
        stream: `Stream`.
        check: `BatchCheck`.
    """

    def __init__(self, stream: Any, check: Any) -> None:
        self.stream = stream
        self.check = check
        self.name = check.fields.name

    @property
    def num_batches(self) -> Any:
        """Number of batches as the data set has them; `None` if unknown, inf for no end."""
        return self.stream.num_batches

    def for_keras(self, batch_size: int | None = None, seed: Seed = None) -> Any:
        """The data set, its batches checked; sizes and order are its own."""
        return self.stream.checked(self.check)

    def batches(self, size: Any) -> Iterator[Any]:
        """As `Arrays.batches`: small batches are joined, large ones cut.

        Raises:
            ValueError: if a batch is not fine, or if there is none or no end.
        """
        if self.num_batches == math.inf:
            raise ValueError(
                f"{self.stream.argument} must end. Received: a data set without end. "
                "Take some of its batches, as dataset.take(100) does"
            )
        waiting, rows = [], 0
        for batch in self.stream:
            arrays = self.check.arrays(batch)
            waiting.append({name: _wide(array) for name, array in arrays.items()})
            rows += len(arrays[self.name])
            while rows >= size:
                joined = _concatenate(waiting)
                yield {name: array[:size] for name, array in joined.items()}
                waiting = [{name: array[size:] for name, array in joined.items()}]
                rows -= size
        joined = _concatenate(waiting) if waiting else None
        if joined is None:
            raise ValueError(self.stream.no_batches)
        if rows:
            yield joined


def _wide(array):
    """A batch of bytes as float32; halves, and integers of 32 bits, stay as they are."""
    return (
        array if array.dtype.name in ("float16", "int32") else array.astype("float32", copy=False)
    )


def _concatenate(parts):
    if len(parts) == 1:
        return parts[0]
    for name in parts[0]:
        shapes = sorted({part[name].shape[1:] for part in parts})
        if len(shapes) > 1:
            raise ValueError(
                "A data set must hold examples of one size here, for the results are one array: "
                f"take sizes one by one. Received: {name} with examples of the shapes {shapes}"
            )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
