"""Checks of arguments that several data sets share; each names the function that was called."""

from typing import Any

import numpy as np

from keras_vae.checks import check_at_least, check_choice, refuse
from keras_vae.typing import Seed


def require_count(owner: Any, name: str, value: Any, least: Any = 0) -> None:
    """Refuse a `value` that is not a whole number of at least `least`."""
    check_at_least(owner, least, **{name: value})


def require_classes(owner: Any, classes: Any, num_classes: Any) -> None:
    """Refuse `classes` that is neither `None` nor some of the labels 0 to `num_classes - 1`."""
    if classes is None:
        return
    # A string or a single integer would otherwise select nothing, silently.
    known = range(num_classes)
    named = not isinstance(classes, str) and np.ndim(classes) == 1 and len(classes) > 0
    if not named or not all(label in known for label in classes):
        expected = f"None or a sequence of labels from 0 to {num_classes - 1}"
        refuse(owner, expected, classes=classes)


def require_protocol(owner: Any, protocol: Any, known: Any) -> None:
    """Refuse a `protocol` that is not one of the names in `known`."""
    check_choice(owner, known, protocol=protocol)


def require_grey(owner: Any, x: Any) -> Any:
    """`x` as an array, refused when it is empty or holds a value outside [0, 1]."""
    x = np.asarray(x)
    if x.size == 0:
        raise ValueError(f"{owner} needs at least one image. Received: x of shape {x.shape}")
    low, high = x.min(), x.max()
    if not (low >= 0 and high <= 1):  # written so that NaN is refused as well
        raise ValueError(
            f"{owner} needs x in [0, 1] (divide 8-bit images by 255). "
            f"Received: x from {low} to {high}"
        )
    return x


def make_generator(owner: Any, seed: Seed) -> Any:
    """A NumPy `Generator` from an integer, or the one that was given."""
    if isinstance(seed, np.random.Generator):
        return seed
    require_count(owner, "seed", seed)
    return np.random.default_rng(int(seed))
