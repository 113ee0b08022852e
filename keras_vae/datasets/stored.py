"""Data sets that have no download: a file in a folder of yours, or in Keras' cache."""

import numpy as np

from keras_vae.datasets import files


def stored_arrays(name: str, keys: tuple[str, ...], origin: str) -> dict[str, np.ndarray]:
    """Arrays of `<name>.npz`.

    Args:
        name: str, the name of the file without its ending.
        keys: tuple of str, the arrays' names.
        origin: str, whose data they are, for the error.

    Raises:
        FileNotFoundError: if the file is in none of the folders.
        ValueError: if it cannot be read, or lacks an array.
    """
    folders = files.search_folders()
    for folder in folders:
        path = folder / f"{name}.npz"
        if path.is_file():
            return _read(path, keys)
    raise FileNotFoundError(
        f"{name}.npz is not in {' nor in '.join(map(str, folders))}. It is made of {origin}. Save "
        f"it with the arrays {', '.join(keys)} in a folder that the environment variable "
        f"{files.DATA_FOLDER} names"
    )


def _read(path, keys):
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in keys if key in archive.files}
    except Exception as error:  # NumPy, zipfile and zlib raise a dozen kinds on bad bytes
        raise ValueError(
            f"{path} cannot be read: a corrupt or foreign file? Replace it, or delete it. ({error})"
        ) from error
    missing = [key for key in keys if key not in arrays]
    if missing:
        raise ValueError(f"{path} needs the arrays {list(keys)}. Received: no {missing}")
    return arrays
