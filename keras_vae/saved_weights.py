"""A model's weights in Keras' file, which HDF5 begins only where there is room for it.

HDF5 may end Python with a segmentation fault, and the model in memory with it, where a disk is
full. So the room is claimed first by a plain file, whose errors are errors.
"""

import math
import os
from pathlib import Path

import keras

#: bytes that HDF5 may need beside the numbers: for each variable, and for the file
_EACH, _FILE = 2**13, 2**18


def save_weights(model: keras.Model, path: str | os.PathLike[str]) -> None:
    """Write a model's weights, optimizer and seeds to a new file that ends in `.weights.h5`.

    Args:
        model: Keras model.
        path: str or path.

    Raises:
        OSError: if there is no room for the file.
    """
    path = Path(path)
    claim_space(path.parent, _size(model))
    model.save_weights(path)


def _size(model: keras.Model) -> int:
    """Bytes that the file has at most."""
    optimizer = getattr(model, "optimizer", None)  # Keras makes it in `compile`
    slots = [] if optimizer is None else optimizer.variables
    variables = [*model.variables, *slots]
    numbers = sum(math.prod(v.shape) * (8 if "64" in str(v.dtype) else 4) for v in variables)
    return numbers + _EACH * len(variables) + _FILE


def claim_space(folder: Path, size: int) -> None:
    """Raise an OSError unless so many bytes can be written in a folder.

    Args:
        folder: path of an existing folder.
        size: int, bytes.
    """
    claim = folder / f".{os.getpid()}.claim"
    try:
        with open(claim, "wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, size)
            except AttributeError:  # macOS, Windows
                for _ in range(0, size, 2**20):
                    file.write(bytes(2**20))
    finally:
        claim.unlink(missing_ok=True)
