"""Weights in an HDF5 file: written small and without the optimizer, read without surprises."""

import tempfile
from pathlib import Path

import h5py

#: top-level groups of Keras' file that are of no use to who loads a trained model
_LEFT_OUT = ("optimizer",)


def write_weights(vae, path):
    """Write a model's weights, compressed without loss.

    Args:
        vae: `keras_vae.VAE`.
        path: path of a new file that ends in `.weights.h5`.
    """
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.weights.h5"
        vae.save_weights(whole)
        with h5py.File(whole) as source, h5py.File(path, "w") as target:
            _copy(source, target, _LEFT_OUT)


def _copy(source, target, left_out=()):
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if name in left_out:
            continue
        if isinstance(item, h5py.Group):
            _copy(item, target.create_group(name))
        else:
            options = _small(item.shape) if item.size > 64 else {}
            target.create_dataset(name, data=item[()], **options).attrs.update(item.attrs)


def _small(shape):
    """Settings for a small data set of weights.

    Bytes of equal rank stand beside each other, for the exponents of weights compress well, and the
    whole array is one chunk: many small ones take an eighth more.
    """
    return {"compression": "gzip", "compression_opts": 9, "shuffle": True, "chunks": shape}


def load_weights(vae, path):
    """Load what `write_weights` wrote.

    Raises:
        ValueError: if the file is no such file, points at other files, or does not fit the model.
    """
    try:
        with h5py.File(path) as file:
            _refuse_links(file, path)
    except OSError as error:
        raise ValueError(f"{path} is no HDF5 file of weights. Received: {error}") from error
    try:
        vae.load_weights(path)
    except Exception as error:  # Keras and h5py raise several kinds
        raise ValueError(
            f"{path} needs to hold the weights of {type(vae).__name__} as config.json describes "
            f"it. Received: {error}"
        ) from error


def _refuse_links(group, path):
    """A link or an external dataset would bring the content of another file into the weights."""
    for name in group:
        hard = isinstance(group.get(name, getlink=True), h5py.HardLink)
        item = group[name] if hard else None
        if isinstance(item, h5py.Group):
            _refuse_links(item, path)
        elif not isinstance(item, h5py.Dataset) or item.external or item.is_virtual:
            raise ValueError(
                f"{path} must hold its weights itself. Received: {group.name}/{name}, which points "
                "elsewhere"
            )
