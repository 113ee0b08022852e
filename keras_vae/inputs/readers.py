"""Arrays of every library as sources of rows."""

from typing import Any, NoReturn

import keras
import numpy as np

from keras_vae.inputs import memory
from keras_vae.inputs.holes import with_holes
from keras_vae.inputs.sources import Held, Lazy

# None of these libraries is imported here: a value of one is there only if it has been already.


def of_numpy(values: Any, argument: Any) -> Any:
    """A NumPy array, or a number of NumPy's."""
    return Held(np.asarray(values))


def of_memmap(values: Any, argument: Any) -> Any:
    """A NumPy memory map, read piece by piece."""
    return Lazy(lambda rows: np.asarray(values[rows]), values.shape, values.dtype)


def of_masked(values: Any, argument: Any) -> Any:
    """A masked array, where nothing is masked."""
    num_masked = int(np.ma.count_masked(values))
    if num_masked:
        raise ValueError(
            f"{argument} must not be a masked array, for its mask is not looked at. "
            f"Received: {num_masked} masked values. Leave these examples out, or say what stands "
            f"in their place: {argument}.filled(value). A model made with missing=True takes them "
            "as missing values"
        )
    return Held(np.asarray(values.data))


def of_holes(values: Any, argument: Any) -> Any:
    """A masked array, with NaN where it is masked."""
    return with_holes(Held(np.asarray(values.data)), Held(~np.ma.getmaskarray(values)))


def of_tensor(tensor: Any, argument: Any) -> Any:
    """A tensor of the backend or of another library."""
    if isinstance(tensor, keras.Variable):
        return Held(keras.ops.convert_to_numpy(tensor))
    if keras.ops.is_tensor(tensor):
        return Held(keras.ops.convert_to_numpy(tensor), tensor)
    return Held(np.asarray(tensor))


def of_torch(tensor: Any, argument: Any) -> Any:
    """A tensor of torch, on any device."""
    if str(tensor.layout) != "torch.strided":
        raise ValueError(
            f"{argument} must be a dense tensor. Received: {argument} with layout "
            f"{tensor.layout}. Make it dense: {argument}.to_dense()"
        )
    if keras.ops.is_tensor(tensor):
        return Held(keras.ops.convert_to_numpy(tensor), tensor)
    tensor = tensor.detach().cpu()
    return Held((tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy())


def of_pandas(frame: Any, argument: Any) -> Any:
    """A DataFrame."""
    columns = [frame.iloc[:, i] for i in range(frame.shape[1])]
    return _table(frame.shape, {i: (frame.columns[i], c) for i, c in enumerate(columns)}, argument)


def of_polars(frame: Any, argument: Any) -> Any:
    """A polars DataFrame."""
    columns = {i: (c.name, c) for i, c in enumerate(frame.get_columns())}
    return _table(frame.shape, columns, argument)


def of_column(series: Any, argument: Any) -> Any:
    """A Series of pandas or polars."""
    return Held(_numbers(series))


def _table(shape, columns, argument):
    """Columns of numbers side by side; `columns` are pairs of a name and a Series, by place."""
    arrays = [_numbers(column) for _, column in columns.values()]
    others = [
        f"{name!r} ({array.dtype})"
        for (name, _), array in zip(columns.values(), arrays, strict=True)
        if array.dtype.kind not in "fiub"
    ]
    if others:
        raise ValueError(
            f"{argument} must hold numbers. Received: {argument} with the columns "
            f"{', '.join(others)}. Leave them out, or encode them as numbers"
        )
    dtype = np.result_type(*arrays) if arrays else np.dtype("float32")
    values = np.empty(shape, dtype)
    for i, array in enumerate(arrays):
        values[:, i] = array
    return Held(values)


def _numbers(series):
    """A Series as an array; missing numbers of nullable columns are NaN."""
    if isinstance(series.dtype, np.dtype) or getattr(series.dtype, "kind", "O") not in "fiub":
        return series.to_numpy()
    # pandas' nullable columns, which NumPy would read as objects.
    return series.to_numpy(dtype="float64" if series.isna().any() else None, na_value=np.nan)


def of_file(dataset: Any, argument: Any) -> Any:
    """An h5py dataset, read piece by piece."""
    pieces = _piece_rows(dataset)
    return Lazy(lambda rows: dataset[rows], dataset.shape, dataset.dtype, piece_rows=pieces)


def of_xarray(array: Any, argument: Any) -> Any:
    """An xarray DataArray, read piece by piece, for it may lie in a file."""
    return Lazy(lambda rows: np.asarray(array[rows].values), array.shape, array.dtype)


def of_sparse(matrix: Any, argument: Any) -> Any:
    """A sparse matrix or array of SciPy, whose rows are made dense piece by piece.

    All at once only where they are small: who has a sparse matrix may have no room for another.
    """
    rows_first = matrix.tocsr()
    return Lazy(
        lambda rows: rows_first[rows].toarray(), matrix.shape, matrix.dtype, memory.SPARSE_BYTES
    )


def of_list(values: Any, argument: Any) -> Any:
    """A nested list or tuple of numbers."""
    try:
        return Held(np.array(values))
    except ValueError as error:
        raise ValueError(
            f"{argument} must be an array, or a list of examples of one shape. Received: "
            f"{argument} of type {type(values).__name__} with parts of several shapes"
        ) from error


def of_array_like(values: Any, argument: Any) -> Any:
    """What has rows, a shape and a dtype, and says how it becomes an array."""
    dtype, pieces = np.dtype(values.dtype), _piece_rows(values)
    return Lazy(lambda rows: np.asarray(values[rows]), values.shape, dtype, piece_rows=pieces)


def _piece_rows(values: Any) -> int:
    """Rows that a file holds together, as the `chunks` of HDF5 and Zarr say."""
    chunks = getattr(values, "chunks", None)
    first = chunks[0] if isinstance(chunks, tuple) and chunks else 1
    return max(1, first) if isinstance(first, int) else 1


def refuse(cure: Any) -> Any:
    """A reader of what cannot be read, with what helps."""

    def read(values: Any, argument: str) -> NoReturn:
        raise ValueError(
            f"{argument} must be an array, a tensor, or a data set of batches. "
            f"Received: {argument} of type {type(values).__name__}. {cure.format(x=argument)}"
        )

    return read
