"""Tables: what each column holds, and how a DataFrame becomes rows of numbers and comes back."""

from keras_vae.tables.codec import is_frame
from keras_vae.tables.schema import Schema

__all__ = ["Schema", "is_frame"]
