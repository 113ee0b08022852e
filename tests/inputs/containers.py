"""Every container of data that the door knows, by a function that makes one of an array."""

import importlib.util

import h5py
import keras
import numpy as np
import pytest


def _needs(name):
    return pytest.importorskip(name)


def memmap(x, folder):
    np.save(folder / "x.npy", x)
    return np.load(folder / "x.npy", mmap_mode="r")


def h5py_dataset(x, folder):
    file = h5py.File(folder / "x.h5", "w")
    file["x"] = x
    return file["x"]


def strided(x, folder):
    return np.repeat(x, 2, axis=1)[:, ::2]


def masked_nowhere(x, folder):
    return np.ma.array(x, mask=np.zeros(x.shape, bool))


def torch_tensor(x, folder):
    return _needs("torch").from_numpy(np.ascontiguousarray(x))


def jax_array(x, folder):
    return _needs("jax").numpy.asarray(x)


def tensorflow_tensor(x, folder):
    return _needs("tensorflow").constant(x)


def pandas_frame(x, folder):
    return _needs("pandas").DataFrame(x)


def polars_frame(x, folder):
    return _needs("polars").DataFrame({f"c{i}": column for i, column in enumerate(x.T)})


#: containers of an array (n, features)
ARRAYS = {
    "numpy": lambda x, folder: x,
    "big-endian": lambda x, folder: x.astype(x.dtype.newbyteorder(">")),
    "float64": lambda x, folder: x.astype("float64"),
    "strided": strided,
    "Fortran": lambda x, folder: np.asfortranarray(x),
    "read-only": lambda x, folder: np.broadcast_to(x, x.shape),
    "memmap": memmap,
    "masked nowhere": masked_nowhere,
    "list": lambda x, folder: x.tolist(),
    "list of rows": lambda x, folder: list(x),
    "tensor": lambda x, folder: keras.ops.convert_to_tensor(x),
    "variable": lambda x, folder: keras.Variable(x),
    "torch": torch_tensor,
    "jax": jax_array,
    "tensorflow": tensorflow_tensor,
    "pandas": pandas_frame,
    "polars": polars_frame,
    "xarray": lambda x, folder: _needs("xarray").DataArray(x),
    "h5py": h5py_dataset,
    "sparse matrix": lambda x, folder: _needs("scipy.sparse").csr_matrix(x),
    "sparse array": lambda x, folder: _needs("scipy.sparse").coo_array(x),
}


class Sequence(keras.utils.PyDataset):
    """Batches by their number."""

    def __init__(self, batches, **kwargs):
        super().__init__(**kwargs)
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.batches[index]


def tf_dataset(batches):
    tf = _needs("tensorflow")
    spec = keras.tree.map_structure(
        lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), batches[0]
    )
    return tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=spec)


def tf_dataset_of_unknown_rank(batches):
    tf = _needs("tensorflow")
    spec = keras.tree.map_structure(
        lambda a: tf.TensorSpec((None, *a.shape[1:]), a.dtype), batches[0]
    )
    data = tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=spec)
    if isinstance(batches[0], np.ndarray):
        return data.map(lambda x: tf.py_function(lambda a: a, [x], x.dtype))
    return data


def torch_loader(batches):
    torch = _needs("torch")
    tensors = keras.tree.map_structure(lambda a: torch.from_numpy(np.array(a)), list(batches))
    return torch.utils.data.DataLoader(tensors, batch_size=None)


#: data sets of a list of batches
STREAMS = {
    "generator": lambda batches: (batch for batch in batches),
    "iterator": lambda batches: iter(batches),
    "py_dataset": Sequence,
    "tf.data": tf_dataset,
    "tf.data of unknown rank": tf_dataset_of_unknown_rank,
    "loader": torch_loader,
}

needs_torch = pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs torch")
