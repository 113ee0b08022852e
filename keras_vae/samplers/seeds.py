"""Seeds as the backends and as NumPy take them."""

import keras
import numpy as np

from keras_vae.typing import Seed


def seed_of(seed: Seed) -> int | keras.random.SeedGenerator:
    """An int or a `keras.random.SeedGenerator` as it is; for None a generator of its own."""
    return keras.random.SeedGenerator() if seed is None else seed


def numpy_generator(seed: Seed) -> np.random.Generator:
    """NumPy's generator from an int, a `keras.random.SeedGenerator`, which moves on, or None."""
    if isinstance(seed, keras.random.SeedGenerator):
        seed = np.abs(keras.ops.convert_to_numpy(seed.next()).astype("int64"))
    return np.random.default_rng(seed)
