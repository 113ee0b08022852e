"""Arrays as the compiled loop takes them; data sets have come through `keras_vae.inputs`."""

from keras_vae.engine.adapters.batches import are_arrays, is_array, num_rows

__all__ = ["are_arrays", "is_array", "num_rows"]
