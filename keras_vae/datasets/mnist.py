"""MNIST handwritten digits (LeCun et al., 1998)."""

from typing import Any

from keras_vae.datasets import files
from keras_vae.datasets.checks import require_classes, require_count
from keras_vae.datasets.dataset import labelled

# The very file that keras.datasets.mnist uses, so that one cached copy serves both.
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
SHAPES = {
    "x_train": (60000, 28, 28),
    "y_train": (60000,),
    "x_test": (10000, 28, 28),
    "y_test": (10000,),
}


def mnist(num_validation: int = 0, classes: Any = None) -> Any:
    """MNIST, 60,000 handwritten digits to train and 10,000 to test, in their original order.

    `mnist(num_validation=10_000)` is the usual 50,000/10,000/10,000. The file `mnist.npz` is looked
    for in the folder named by the environment variable `KERAS_VAE_DATA`, then in Keras' cache, and
    else downloaded, as `keras.datasets.mnist` does.

    Args:
        num_validation: int, the last so many training images become validation, in their order.
            Defaults to `0`, no validation.
        classes: sequence of labels from 0 to 9 to keep, applied first. Defaults to `None`, all.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 28, 28) in [0, 1], in steps of 1/255;
        `y` uint8 (samples,).

    Raises:
        ValueError: `num_validation` or `classes` is out of range, or the file is damaged.
        FileNotFoundError: the file is nowhere and cannot be downloaded.

    Licence: CC BY-SA 3.0, copyright Y. LeCun and C. Cortes.

    References:
        - LeCun, Bottou, Bengio and Haffner, 1998. Gradient-based learning applied to document
          recognition.

    Example:

    >>> train, validation, test = mnist(num_validation=10_000)
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((50000, 28, 28), (10000, 28, 28), (10000, 28, 28))
    """
    require_count("mnist", "num_validation", num_validation)
    require_classes("mnist", classes, 10)
    arrays = files.load("mnist", SHAPES, URL, _fetch)
    return labelled("mnist", arrays, num_validation, classes)


def _fetch(folder):
    return files.download(URL, folder, SHA256)
