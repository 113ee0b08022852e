"""Fashion-MNIST, images of clothing (Xiao et al., 2017), arxiv.org/abs/1708.07747."""

import gzip
from typing import Any

import numpy as np

from keras_vae.datasets import files
from keras_vae.datasets.checks import require_classes, require_count
from keras_vae.datasets.dataset import labelled

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
SHAPES = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}
# For each array: its file at the source, and the sha256 of that file when decompressed.
SOURCES = {
    "x_train": (
        "train-images-idx3-ubyte.gz",
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    ),
    "y_train": (
        "train-labels-idx1-ubyte.gz",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    ),
    "x_test": (
        "t10k-images-idx3-ubyte.gz",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    "y_test": (
        "t10k-labels-idx1-ubyte.gz",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
}


def fashion_mnist(num_validation: int = 0, classes: Any = None) -> Any:
    """Fashion-MNIST, 60,000 images of clothing to train and 10,000 to test, in original order.

    The labels: 0 T-shirt/top, 1 trouser, 2 pullover, 3 dress, 4 coat, 5 sandal, 6 shirt, 7 sneaker,
    8 bag, 9 ankle boot. The file `fashion_mnist.npz` is looked for in the folder named by the
    environment variable `KERAS_VAE_DATA`, then in Keras' cache, and else made there from the four
    files that `keras.datasets.fashion_mnist` uses, cached or downloaded.

    Args:
        num_validation: int, the last so many training images become validation, in their order.
            Defaults to `0`, no validation.
        classes: sequence of labels from 0 to 9 to keep, applied first. Defaults to `None`, all.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 28, 28) in [0, 1], in steps of 1/255;
        `y` uint8 (samples,).

    Raises:
        ValueError: `num_validation` or `classes` is out of range, or a file is damaged.
        FileNotFoundError: the data is nowhere and cannot be downloaded.

    Licence: MIT, copyright Zalando SE.

    References:
        - Xiao, Rasul and Vollgraf, 2017. Fashion-MNIST: a novel image dataset for benchmarking
          machine learning algorithms, arxiv.org/abs/1708.07747.

    Example:

    >>> train, validation, test = fashion_mnist(num_validation=10_000)
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((50000, 28, 28), (10000, 28, 28), (10000, 28, 28))
    """
    require_count("fashion_mnist", "num_validation", num_validation)
    require_classes("fashion_mnist", classes, 10)
    arrays = files.load("fashion_mnist", SHAPES, URL, _fetch)
    return labelled("fashion_mnist", arrays, num_validation, classes)


def _fetch(folder):
    arrays = {key: _fetch_array(folder, key) for key in SHAPES}
    path = folder / "fashion_mnist.npz"
    np.savez(path, **arrays)  # not compressed: loading is then ten times as fast
    return path


def _fetch_array(folder, key):
    """One array from Keras' own cached copy, or from the source where that is missing or broken."""
    name, sha256 = SOURCES[key]
    cached = files.cache_folder() / "fashion-mnist" / name
    if cached.is_file():
        try:
            return _read_idx(cached, SHAPES[key], sha256, str(cached))
        except ValueError:
            pass  # such as what an interrupted download of Keras leaves behind
    return _read_idx(files.download(URL + name, folder), SHAPES[key], sha256, URL + name)


def _read_idx(path, shape, sha256, source):
    """The uint8 array of a compressed IDX file, whose header is two words and one an axis."""
    try:
        content = gzip.decompress(path.read_bytes())
    except Exception:  # gzip raises OSError, EOFError or zlib.error; no bytes fit the checksum
        content = b""
    files.require_sha256(content, sha256, source)
    return np.frombuffer(content, "uint8", offset=4 + 4 * len(shape)).reshape(shape)
