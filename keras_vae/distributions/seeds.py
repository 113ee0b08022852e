"""One seed for several draws."""

import numbers

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.typing import Seed, Tensor


class SeedStream(keras.random.SeedGenerator):
    """The numbers of `keras.random.SeedGenerator(seed)`, counted in Python.

    It has no variable, so a compiled function may make one.

    Args:
        seed: int.
    """

    def __init__(self, seed: int) -> None:
        # Without Keras' own function, which makes a variable.
        self.seed = seed
        self.count = 0

    def next(self, ordered: bool = True) -> Tensor:
        """The seed of the next draw, as Keras' draws take it."""
        key = np.array([self.seed % 2**32, self.count], "int64")
        self.count += 1
        return ops.convert_to_tensor(key.astype(backend.seed_dtype), dtype=backend.seed_dtype)


def seed_stream(seed: Seed) -> keras.random.SeedGenerator | None:
    """What gives each of several draws a seed of its own.

    Whoever draws more than once takes its seeds from here, and hands it on to whom it draws from:
    one int for two draws would make them the same noise. A generator moves on by itself, and None
    draws anew each time.

    Args:
        seed: int, `keras.random.SeedGenerator` or None.
    """
    return SeedStream(int(seed)) if isinstance(seed, numbers.Integral) else seed
