"""Rows of Parquet files, read when they are asked for (Apache Parquet, parquet.apache.org)."""

import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_vae.checks import refuse

#: groups of rows that are kept in memory
_KEPT = 4


class ParquetRows:
    """Rows of Parquet files as an array that is read from the disk, piece by piece.

    `fit`, `evaluate`, `encode` and the other methods take it like an array. What does not fit into
    memory is streamed in groups of rows, as the files have them: of a few megabytes they are best.

    Args:
        paths: path of a file, or a list of such, whose rows follow each other.
        columns: str or list of str. One column of lists of numbers gives the elements of a row;
            several columns of numbers stand side by side. Defaults to `None`, all columns.
        shape: tuple of int, of one example. Defaults to `None`: a vector.
        dtype: str. Defaults to `"float32"`.

    Attributes:
        shape: tuple of int, (rows, *event).
        chunks: tuple of int, the rows of a group first.

    Raises:
        ValueError: if there is no such column, a column does not hold numbers, or `shape` does not
            have as many elements as a row.
        FileNotFoundError: if there is no such file.
        ImportError: if pyarrow is missing.

    Example:

    ```text
    x = keras_vae.datasets.ParquetRows(["a.parquet", "b.parquet"], "pixels", shape=(28, 28))
    vae.fit(x, epochs=10)
    ```
    """

    def __init__(
        self,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        columns: str | Sequence[str] | None = None,
        shape: tuple[int, ...] | None = None,
        dtype: str = "float32",
    ) -> None:
        paths = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
        self.files = [_open(path) for path in paths]
        names = self.files[0].schema_arrow.names
        self.columns = [columns] if isinstance(columns, str) else list(columns or names)
        if set(self.columns) - set(names):
            refuse("ParquetRows", f"among the columns {names}", columns=columns)
        self.dtype = np.dtype(dtype)
        #: pairs of a file and the number of a group in it, and where the rows of each group begin
        self.groups = [(f, i) for f in self.files for i in range(f.metadata.num_row_groups)]
        sizes = [f.metadata.row_group(i).num_rows for f, i in self.groups]
        self.firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
        self._kept: OrderedDict[int, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()
        width = self._group(0).shape[1]
        event = (width,) if shape is None else tuple(shape)
        if int(np.prod(event)) != width:
            refuse("ParquetRows", f"of {width} elements, as a row is", shape=shape)
        self.shape = (int(self.firsts[-1]), *event)
        self.chunks = (max(sizes), *event)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> np.ndarray:
        """Rows by a slice or by their numbers, (rows, *event)."""
        wanted = np.arange(len(self))[rows]
        scalar = np.ndim(wanted) == 0
        wanted = np.atleast_1d(wanted)
        found = np.empty((len(wanted), int(np.prod(self.shape[1:]))), self.dtype)
        groups = np.searchsorted(self.firsts, wanted, "right") - 1
        for number in np.unique(groups):
            places = groups == number
            found[places] = self._group(int(number))[wanted[places] - self.firsts[number]]
        found = found.reshape(len(wanted), *self.shape[1:])
        return found[0] if scalar else found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self[:].astype(dtype or self.dtype, copy=False)

    def _group(self, number: int) -> np.ndarray:
        """The rows of a group, (rows, elements)."""
        with self._lock:  # the next chunk is read in a thread of its own
            if number not in self._kept:
                file, index = self.groups[number]
                table = file.read_row_group(index, columns=self.columns)
                parts = [_numbers(name, table[name]) for name in self.columns]
                self._kept[number] = np.concatenate(parts, axis=1).astype(self.dtype, copy=False)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(number)
            return self._kept[number]


def _numbers(name: str, column: Any) -> np.ndarray:
    """A column as an array (rows, elements): lists of one length, or numbers."""
    from pyarrow import types

    rows, column = len(column), column.combine_chunks()
    lists = (types.is_fixed_size_list, types.is_list, types.is_large_list)
    while any(is_list(column.type) for is_list in lists):
        column = column.flatten()
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind not in "fiub" or not rows or len(values) % rows:
        raise ValueError(
            f"ParquetRows needs columns of numbers, or of lists of numbers of one length. "
            f"Received: {name!r} of type {column.type} with {len(values)} values in {rows} rows"
        )
    return values.reshape(rows, -1)


def _open(path: str | os.PathLike[str]) -> Any:
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise ImportError("ParquetRows needs pyarrow: pip install keras_vae[parquet]") from error
    return ParquetFile(path)
