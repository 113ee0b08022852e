"""Rows of numbers, whether they lie in memory or are read piece by piece."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

#: elements that a check looks at in one go; 4 MB of float32, which stay in a CPU's cache
CHUNK = 2**20
#: dtypes that reach the backend as they are: small, and known to all three
_KEPT = ("float16", "float32", "uint8", "int8", "int16", "int32", "bool")


class Source:
    """Rows of numbers of one shape, read by slices or by row numbers.

    Attributes:
        shape: tuple of int, (n, ...).
        dtype: `np.dtype` of what is read.
    """

    shape: tuple
    dtype: np.dtype
    #: whether rows are read from a file, or made, each time anew
    is_lazy = False
    #: bytes of all rows beyond which they are never in memory at once, free as it may be
    most_bytes = math.inf
    #: rows that are best read together, as the groups of rows in a file are
    piece_rows = 1

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> Any:
        """Bytes of all rows in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def may_be_held(self) -> bool:
        """Whether all rows may be in memory at once, if there is room."""
        return self.nbytes <= self.most_bytes

    def read(self, first: Any, last: Any) -> Any:
        """The rows from `first` to before `last`, a NumPy array."""
        raise NotImplementedError

    def take(self, rows: Any) -> Any:
        """The rows of these numbers, integers (m,), a NumPy array."""
        raise NotImplementedError

    def then(self, function: Any) -> Any:
        """The source with `function` of a NumPy array applied to all that is read."""
        raise NotImplementedError

    def whole(self) -> Any:
        """All rows, a NumPy array; a number alone as it is."""
        return self.read(0, len(self))

    def chunks(self) -> Iterator[Any]:
        """Pairs of the first row's number and an array of some rows, one after the other."""
        rows = max(1, CHUNK // max(1, math.prod(self.shape[1:])))
        for first in range(0, len(self), rows):
            yield first, self.read(first, min(first + rows, len(self)))


class Held(Source):
    """An array in memory.

    Args:
        values: NumPy array (n, ...).
        original: the tensor of the backend that the array was read from. Defaults to `None`.
    """

    def __init__(self, values: Any, original: Any = None) -> None:
        self.values = values
        self.original = original
        self.shape, self.dtype = values.shape, values.dtype

    def read(self, first: Any, last: Any) -> Any:
        return self.values[first:last]

    def whole(self) -> Any:
        return self.values

    def take(self, rows: Any) -> Any:
        return self.values[rows]

    def then(self, function: Any) -> Any:
        values = function(self.values)
        return self if values is self.values else Held(values)

    @property
    def handed_on(self) -> Any:
        """The tensor, if the array is one's copy, or the array."""
        return self.values if self.original is None else self.original


class Lazy(Source):
    """Rows that are read, or made, when they are asked for.

    Args:
        read: function of a slice, or of sorted integers (m,), that gives a NumPy array.
        shape: tuple of int, (n, ...).
        dtype: `np.dtype` of what `read` gives.
        most_bytes: int, see `Source`. Defaults to `math.inf`.
        piece_rows: int, see `Source`. Defaults to `1`.
    """

    is_lazy = True

    def __init__(
        self,
        read: Any,
        shape: tuple[int, ...],
        dtype: Any,
        most_bytes: float = math.inf,
        piece_rows: int = 1,
    ) -> None:
        self._read = read
        self.piece_rows = piece_rows
        self.most_bytes = most_bytes
        self.shape = tuple(int(size) for size in shape)
        self.dtype = np.dtype(dtype)

    def read(self, first: Any, last: Any) -> Any:
        return self._read(slice(first, last))

    def take(self, rows: Any) -> Any:
        # Files want row numbers in order, each once.
        unique, places = np.unique(rows, return_inverse=True)
        return self._read(unique)[places.reshape(-1)]

    def then(self, function: Any) -> Any:
        read = self._read
        dtype = function(np.zeros((0, *self.shape[1:]), self.dtype)).dtype
        own = (self.most_bytes, self.piece_rows)
        return Lazy(lambda rows: function(read(rows)), self.shape, dtype, *own)


class Part(Source):
    """Some rows, one after the other, of another source.

    Args:
        source: `Source`.
        first: int, number of the first row.
        last: int, number of the first row behind the part.
    """

    def __init__(self, source: Any, first: int, last: int) -> None:
        self.source, self.first = source, first
        self.shape, self.dtype = (last - first, *source.shape[1:]), source.dtype
        self.is_lazy, self.most_bytes = source.is_lazy, source.most_bytes
        self.piece_rows = source.piece_rows

    def read(self, first: Any, last: Any) -> Any:
        return self.source.read(self.first + first, self.first + last)

    def take(self, rows: Any) -> Any:
        return self.source.take(self.first + np.asarray(rows))

    def then(self, function: Any) -> Any:
        return Part(self.source.then(function), self.first, self.first + len(self))


def part_of(source: Any, first: Any, last: Any) -> Any:
    """The rows from `first` to before `last` as a source of their own."""
    if isinstance(source, Held):
        original = None if source.original is None else source.original[first:last]
        return Held(source.values[first:last], original)
    return Part(source, first, last)


def as_fed(values: Any) -> Any:
    """An array as every backend takes it: of the machine's byte order, wide numbers as float32.

    Bytes, bools, halves and integers of 32 bits stay as they are; int64 and float64 become float32,
    for JAX would wrap integers of 2**31 and more.
    """
    if values.dtype.newbyteorder("=").name not in _KEPT:
        return values.astype("float32")
    return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))
