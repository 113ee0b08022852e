"""Adapters: what users hand to `fit`, checked, and as Keras takes it."""

from keras_vae.engine.adapters.adapt import adapt
from keras_vae.engine.adapters.batches import are_arrays, data_of, is_array, num_rows

__all__ = ["adapt", "are_arrays", "data_of", "is_array", "num_rows"]
