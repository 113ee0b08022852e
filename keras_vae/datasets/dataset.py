"""What every image loader returns, and how a training set is cut down and split."""

from typing import Any, NamedTuple

import numpy as np


class Split(NamedTuple):
    """One part of a data set.

    Args:
        x: float32 array (samples, ...), values in [0, 1].
        y: uint8 array (samples,) of labels, or `None` where the data has none. Defaults to `None`.
    """

    x: np.ndarray
    y: np.ndarray | None = None


class Dataset(NamedTuple):
    """A data set in its parts, each a `Split`.

    Args:
        train: `Split`.
        validation: `Split`, or `None` where none was asked for and the protocol has none.
        test: `Split`.

    Example:

    ```python
    train, validation, test = keras_vae.datasets.digits(num_validation=200)
    vae.fit(train.x, validation_data=(validation.x,))
    ```
    """

    train: Split
    validation: Split | None
    test: Split


def grey(x: Any, highest: Any = 255) -> Any:
    """Integer intensities as float32 in [0, 1], any shape."""
    return x.astype("float32") / np.float32(highest)


def keep_classes(part: Any, classes: Any) -> Any:
    """The rows of `part` whose label is in `classes`, in their order; all of them for `None`."""
    if classes is None:
        return part
    rows = np.isin(part.y, list(classes))
    return Split(part.x[rows], part.y[rows])


def split_validation(owner: str, part: Split, num_validation: int) -> tuple[Split, Split | None]:
    """`(train, validation)`: the last `num_validation` rows become validation, order kept."""
    if num_validation == 0:
        return part, None
    num_train = len(part.x) - num_validation
    if num_train <= 0:
        raise ValueError(
            f"{owner} has {len(part.x)} training images, so it needs num_validation below that. "
            f"Received: num_validation={num_validation}"
        )
    x, y = part
    labels = (None, None) if y is None else (y[:num_train], y[num_train:])
    return Split(x[:num_train], labels[0]), Split(x[num_train:], labels[1])


def labelled(owner: Any, arrays: Any, num_validation: Any, classes: Any) -> Any:
    """The `Dataset` of 8-bit images and labels stored as `x_train`, `y_train`, `x_test`, `y_test`.

    Classes are chosen first, so that `num_validation` is the number of images that come back.
    """
    train = keep_classes(Split(arrays["x_train"], arrays["y_train"]), classes)
    test = keep_classes(Split(arrays["x_test"], arrays["y_test"]), classes)
    train = train._replace(x=grey(train.x))
    test = test._replace(x=grey(test.x))
    return Dataset(*split_validation(owner, train, num_validation), test)
