"""Weights rounded to fewer bits, whose zeros compress away in a preset's file."""

import keras
import numpy as np
from keras import ops


def round_weights(vae: keras.Model, significant_bits: int) -> None:
    """Round a model's trainable weights to so many significant bits, in place.

    What is measured afterwards is measured with the weights that the file holds.

    Args:
        vae: `keras_vae.VAE`.
        significant_bits: int from 2 to 24, the leading one included.
    """
    for variable in vae.trainable_variables:
        variable.assign(round_floats(ops.convert_to_numpy(variable), significant_bits))


def round_floats(values: np.ndarray, significant_bits: int) -> np.ndarray:
    """float32 array rounded to so many significant bits, halves to even."""
    fraction, exponent = np.frexp(values.astype("float64"))
    scale = 2.0**significant_bits
    return np.ldexp(np.round(fraction * scale) / scale, exponent).astype("float32")
