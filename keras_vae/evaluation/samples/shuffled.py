"""Data without their dependences, to test what a model has learnt beyond single elements."""

from typing import Any

import numpy as np


def shuffled_elements(x: Any, seed: int = 0) -> np.ndarray:
    """Each element of x from another row at random: its distribution stays, dependences go.

    A model that scores such rows like data has learnt nothing but each element by itself.

    Args:
        x: array (n, event).
        seed: int. Defaults to `0`.

    Returns:
        Array (n, event).

    Example:

    >>> mixed = keras_vae.evaluation.shuffled_elements(x)
    >>> bool((np.sort(mixed, axis=0) == np.sort(x, axis=0)).all())
    True
    """
    x = np.asarray(x)
    return np.random.default_rng(seed).permuted(x, axis=0)
