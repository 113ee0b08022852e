"""What a container of data is: one table, by the names of its library and its class."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np

from keras_vae.inputs import readers, streams


class Adapter(NamedTuple):
    """How a container is recognised and read. Its library is not imported for that.

    Args:
        package: str, the package in which the class is defined.
        names: tuple of str, names of the class or of one that it inherits from.
        read: function of the container and the argument's name: a `Source` of an array, or, for
            data sets, a subclass of `Stream`.
        is_stream: bool, whether it gives batches. Defaults to `False`.
        is_lazy: bool, whether its rows are not in memory. Defaults to `False`.
        read_missing: function as `read`, for models that take missing values: what the container
            says is missing comes as NaN. Defaults to `None`, `read`.
    """

    package: str
    names: tuple
    read: Callable
    is_stream: bool = False
    is_lazy: bool = False
    read_missing: Callable | None = None

    def knows(self, value: Any) -> bool:
        """Whether the value is of such a class."""
        return any(
            base.__module__.split(".")[0] == self.package and base.__name__ in self.names
            for base in type(value).__mro__
        )


def _of_annotated(table: Any, argument: Any) -> Any:
    """The matrix of a table of observations, such as AnnData: its `X`, dense, sparse or on disk."""
    return read_array(table.X, argument)


#: looked through from the top
ADAPTERS = [
    Adapter("numpy", ("MaskedArray",), readers.of_masked, read_missing=readers.of_holes),
    Adapter("numpy", ("memmap",), readers.of_memmap, is_lazy=True),
    Adapter("numpy", ("ndarray", "generic"), readers.of_numpy),
    Adapter("torch", ("Tensor",), readers.of_torch),
    Adapter("tensorflow", ("RaggedTensor",), readers.refuse("Fill it up: {x}.to_tensor()")),
    Adapter(
        "tensorflow", ("SparseTensor",), readers.refuse("Make it dense: tf.sparse.to_dense({x})")
    ),
    Adapter("tensorflow", ("DatasetV2",), streams.TensorFlowDataset, True),
    Adapter("tensorflow", ("Tensor", "Variable"), readers.of_tensor),
    Adapter("jaxlib", ("ArrayImpl",), readers.of_tensor),
    Adapter("keras", ("KerasTensor",), readers.refuse("It is symbolic and holds no numbers")),
    Adapter("keras", ("Variable",), readers.of_tensor),
    Adapter("keras", ("PyDataset",), streams.KerasDataset, True),
    Adapter("pandas", ("DataFrame",), readers.of_pandas),
    Adapter("pandas", ("Series", "Index"), readers.of_column),
    Adapter("polars", ("DataFrame",), readers.of_polars),
    Adapter("polars", ("Series",), readers.of_column),
    Adapter("polars", ("LazyFrame",), readers.refuse("Read it: {x}.collect()")),
    Adapter("xarray", ("DataArray",), readers.of_xarray, is_lazy=True),
    Adapter("xarray", ("Dataset",), readers.refuse("Choose a variable of it: {x}['name']")),
    Adapter("h5py", ("Dataset",), readers.of_file, is_lazy=True),
    Adapter("h5py", ("Group",), readers.refuse("Choose a dataset of it: {x}['name']")),
    Adapter("scipy", ("spmatrix", "sparray"), readers.of_sparse, is_lazy=True),
    Adapter("anndata", ("AnnData",), _of_annotated, is_lazy=True),
    Adapter("torch", ("DataLoader",), streams.TorchLoader, True),
    Adapter(
        "torch",
        ("Dataset",),
        readers.refuse("Give batches: torch.utils.data.DataLoader({x}, batch_size=32)"),
    ),
    Adapter("grain", ("MapDataset", "IterDataset"), streams.GrainDataset, True),
    Adapter(
        "grain",
        ("DataLoader",),
        readers.refuse("Give batches: grain.MapDataset.source(source).batch(32)"),
    ),
    Adapter("builtins", ("list",), readers.of_list),
]


def register_adapter(adapter: Any) -> None:
    """Make a container known, in front of all others."""
    ADAPTERS.insert(0, adapter)


@runtime_checkable
class ArrayLike(Protocol):
    """NumPy's protocol of what becomes an array, with rows that can be read one by one."""

    shape: Any
    dtype: Any

    def __getitem__(self, rows: Any) -> Any: ...

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray: ...


@runtime_checkable
class Annotated(Protocol):
    """What anndata's tables have: a matrix of observations, and what is known of each of them."""

    X: Any
    obs: Any


def find_adapter(value: Any, argument: Any) -> Any:
    """The adapter of a container.

    Raises:
        ValueError: if there is none.
    """
    for adapter in ADAPTERS:
        if adapter.knows(value):
            return adapter
    if isinstance(value, Iterator):  # generators among them
        return Adapter("", (), streams.Batches, True)
    if isinstance(value, Annotated):
        return Adapter("", (), _of_annotated, is_lazy=True)
    if isinstance(value, ArrayLike):
        return Adapter("", (), readers.of_array_like, is_lazy=True)
    raise ValueError(
        f"{argument} must be an array, a tensor, or a data set of batches. "
        f"Received: {argument} of type {type(value).__name__}"
    )


def read_array(value: Any, argument: Any, missing: bool | None = None) -> Any:
    """The `Source` of an array of any library.

    Args:
        value: array.
        argument: str, the argument's name, for the error.
        missing: bool, whether values may be missing, and come as NaN. Defaults to `None`, no.

    Raises:
        ValueError: if it is none, or a data set.
    """
    adapter = find_adapter(value, argument)
    if adapter.is_stream:
        raise ValueError(
            f"{argument} must be an array or a tensor. "
            f"Received: {argument} of type {type(value).__name__}"
        )
    if missing and adapter.read_missing is not None:
        return adapter.read_missing(value, argument)
    return adapter.read(value, argument)
