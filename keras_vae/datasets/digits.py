"""Handwritten digits of 8x8 pixels, bundled with scikit-learn (Alpaydin and Kaynak, 1998)."""

from typing import Any

import numpy as np

from keras_vae.datasets.checks import require_classes, require_count
from keras_vae.datasets.dataset import Dataset, Split, grey, keep_classes, split_validation

NUM_TRAIN = 1500


def digits(num_validation: int = 0, classes: Any = None) -> Any:
    """Handwritten digits of 8x8 pixels, 1,500 to train and 297 to test; needs no download.

    The images come sorted by who wrote them, so they are shuffled once, by
    `np.random.RandomState(0).permutation(1797)`, whose numbers NumPy has frozen: the first 1,500
    are train, the last 297 test, always the same ones. This split is keras_vae's own.

    Args:
        num_validation: int, the last so many training images become validation, in their order.
            Defaults to `0`, no validation.
        classes: sequence of labels from 0 to 9 to keep, applied first. Defaults to `None`, all.

    Returns:
        `Dataset` of `Split(x, y)`: `x` float32 (samples, 8, 8) in [0, 1], in steps of 1/16;
        `y` uint8 (samples,).

    Raises:
        ValueError: `num_validation` or `classes` is out of range.
        ImportError: scikit-learn is missing.

    Licence: CC BY 4.0, UCI Machine Learning Repository.

    References:
        - E. Alpaydin, C. Kaynak, 1998. Optical Recognition of Handwritten Digits, UCI,
          doi.org/10.24432/C50P49 (its test set).

    Example:

    >>> train, validation, test = digits()
    >>> train.x.shape, test.x.shape, validation
    ((1500, 8, 8), (297, 8, 8), None)
    """
    require_count("digits", "num_validation", num_validation)
    require_classes("digits", classes, 10)
    bunch = _load_digits()
    order = np.random.RandomState(0).permutation(len(bunch.images))
    x, y = grey(bunch.images[order], highest=16), bunch.target[order].astype("uint8")
    train = keep_classes(Split(x[:NUM_TRAIN], y[:NUM_TRAIN]), classes)
    test = keep_classes(Split(x[NUM_TRAIN:], y[NUM_TRAIN:]), classes)
    return Dataset(*split_validation("digits", train, num_validation), test)


def _load_digits():
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise ImportError("digits needs scikit-learn: pip install keras_vae[datasets]") from error
    return load_digits()
