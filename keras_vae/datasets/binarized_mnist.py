"""Binary MNIST in the two forms that papers report: Larochelle's static set, and fixed draws."""

from typing import Any

import numpy as np

from keras_vae.datasets import files
from keras_vae.datasets.binarization import binarize_fixed
from keras_vae.datasets.checks import require_protocol
from keras_vae.datasets.dataset import Dataset, Split
from keras_vae.datasets.mnist import mnist

URL = "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/"
# Each image is 784 bits, packed into 98 bytes by np.packbits.
SHAPES = {
    "x_train_packed": (50000, 98),
    "x_valid_packed": (10000, 98),
    "x_test_packed": (10000, 98),
}
# For each array: its file at the source, and that file's sha256.
SOURCES = {
    "x_train_packed": (
        "binarized_mnist_train.amat",
        "ad693b29f94c14277b095f5238ddefbbdaaae0939789dd2f4f0205278cee3e4d",
    ),
    "x_valid_packed": (
        "binarized_mnist_valid.amat",
        "1de3d397c40fe8eeb33dafd4099a1f665ec01e96d9be234aaeeac8a34930e2e2",
    ),
    "x_test_packed": (
        "binarized_mnist_test.amat",
        "e6687bfea3f820c174f33b7865140b2a2dd2930ef786f35d45795fc193b5ab2c",
    ),
}


def binarized_mnist(protocol: str = "static") -> Any:
    """Binary MNIST, 50,000 to train, 10,000 to validate and 10,000 to test.

    Likelihoods compare only within one protocol; results on the static set are worse by a nat or
    more, as a model can learn its training bits by heart.

    Args:
        protocol: `"static"`, Larochelle's bits drawn once for all parts, in their original order
            (the test part is sorted by digit), with no labels; or `"fixed"`, the protocol of the
            VampPrior and Exemplar-VAE code: the training images stay grey, to be drawn anew each
            epoch (`DynamicBinarization`), while validation (the last 10,000 training images) and
            test are drawn once, with NumPy's legacy generator and seed 777. Defaults to
            `"static"`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 28, 28), zeros and ones, but for the grey
        training images of `"fixed"`, in [0, 1]; `y` `None`, or for `"fixed"` uint8 (samples,).

    Raises:
        ValueError: `protocol` is another name, or the file is damaged.
        FileNotFoundError: `binarized_mnist.npz` (static) or `mnist.npz` (fixed) is neither in the
            folder named by the environment variable `KERAS_VAE_DATA` nor in Keras' cache, and
            cannot be downloaded.

    Licence: none is stated for the static bits; MNIST is CC BY-SA 3.0.

    References:
        - Larochelle and Murray, 2011. The neural autoregressive distribution estimator.
        - Tomczak and Welling, 2017. VAE with a VampPrior, arxiv.org/abs/1705.07120.
        - Norouzi, Fleet and Norouzi, 2020. Exemplar VAE, arxiv.org/abs/2004.04795.

    Example:

    >>> train, validation, test = binarized_mnist()
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((50000, 28, 28), (10000, 28, 28), (10000, 28, 28))
    """
    require_protocol("binarized_mnist", protocol, ("static", "fixed"))
    if protocol == "fixed":
        return binarize_fixed(mnist(num_validation=10_000))
    arrays = files.load("binarized_mnist", SHAPES, URL, _fetch)
    return Dataset(*(Split(_unpack(arrays[key])) for key in SHAPES))


def _unpack(packed):
    """Packed bits (samples, 98) as float32 images (samples, 28, 28)."""
    return np.unpackbits(packed, axis=1).reshape(-1, 28, 28).astype("float32")


def _fetch(folder):
    arrays = {key: _fetch_array(folder, *SOURCES[key]) for key in SHAPES}
    path = folder / "binarized_mnist.npz"
    np.savez(path, **arrays)
    return path


def _fetch_array(folder, name, sha256):
    """Packed bits (samples, 98) from a file of text, a line an image, its digits 0 and 1."""
    text = np.fromfile(files.download(URL + name, folder, sha256), "uint8")
    # The checksum vouches for the form: every second byte is a digit, the others part them.
    return np.packbits((text[::2] == ord("1")).reshape(-1, 784), axis=1)
