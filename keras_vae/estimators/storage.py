"""A model as bytes of a `.keras` file, so that estimators can be pickled."""

import tempfile
from pathlib import Path

import keras

from keras_vae.models import VAE


def to_bytes(vae: VAE) -> bytes:
    """The `.keras` file of a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        vae.save(path)
        return path.read_bytes()


def from_bytes(data: bytes) -> VAE:
    """The model of a `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(data)
        return keras.saving.load_model(path)
