"""Where the files of a data set come from: a folder of yours, Keras' cache, or their source.

A data set is one `<name>.npz` of uint8 arrays. It is looked for in the folder that the environment
variable `KERAS_VAE_DATA` names, then in Keras' cache (`~/.keras/datasets`, or
`$KERAS_HOME/datasets`), and only then fetched from its source, checked, and kept in that cache.
"""

import hashlib
import os
import tempfile
from pathlib import Path

import keras
import numpy as np

DATA_FOLDER = "KERAS_VAE_DATA"


def load(name, shapes, origin, fetch):
    """The arrays of `<name>.npz` as a dictionary of uint8 arrays.

    Args:
        name: string, the name of the file without its ending.
        shapes: dictionary from the arrays' names to their shapes.
        origin: string, the page or folder where a person finds the data.
        fetch: function (folder) -> path of a new `<name>.npz` in that scratch folder, downloaded
            and checked.

    Raises:
        FileNotFoundError: the file is nowhere, and its source cannot be reached.
        ValueError: a file is there, but is not the one that was expected.
    """
    folders = search_folders()
    for folder in folders:
        path = folder / f"{name}.npz"
        if path.is_file():
            return read_npz(path, shapes)
    try:
        path = _keep(name, shapes, fetch)
    except OSError as error:  # no network, or a cache that cannot be written
        raise FileNotFoundError(_where_to_get(name, shapes, origin, folders, error)) from error
    return read_npz(path, shapes)


def search_folders():
    """The folders where data sets are looked for, the first one first."""
    named = os.environ.get(DATA_FOLDER)
    if not named:
        return [cache_folder()]
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(
            f"The environment variable {DATA_FOLDER} needs to name a folder that exists. "
            f"Received: {DATA_FOLDER}={named}"
        )
    return [folder, cache_folder()]


def cache_folder():
    """Keras' own cache of data sets, where `keras.datasets` keeps its files as well."""
    # Keras has no public name for this folder; the rule is the one `keras.utils.get_file` states.
    home = os.environ.get("KERAS_HOME") or Path("~") / ".keras"
    return Path(home).expanduser() / "datasets"


def read_npz(path, shapes):
    """The arrays named in `shapes` from the file at `path`, checked to be uint8 of those shapes."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in shapes if name in archive.files}
    except Exception as error:  # NumPy, zipfile and zlib raise a dozen kinds on bad bytes
        raise ValueError(
            f"{path} cannot be read: a corrupt or foreign file? Replace it, or delete it. ({error})"
        ) from error
    for name, shape in shapes.items():
        array = arrays.get(name)
        received = "no such array" if array is None else f"{array.dtype} {array.shape}"
        if received != f"uint8 {shape}":
            raise ValueError(f"{path} needs the array {name}, uint8 {shape}. Received: {received}")
    return arrays


def download(url, folder, sha256=None):
    """Download `url` into `folder` and return the file's path.

    Raises:
        ConnectionError: the source cannot be reached.
        ValueError: the file has another checksum than `sha256`.
    """
    name = url.rsplit("/", 1)[-1]
    try:
        path = keras.utils.get_file(
            name, origin=url, cache_dir=str(folder), cache_subdir="", file_hash=sha256
        )
    except ValueError as error:  # Keras' message on a wrong checksum does not name the file
        raise ValueError(_wrong_content(url, sha256)) from error
    except Exception as error:  # a bare Exception is what Keras raises when a download fails
        raise ConnectionError(f"{url} cannot be downloaded: {error}") from error
    return Path(path)


def require_sha256(content, sha256, source):
    """Refuse bytes that came from `source` and do not have the checksum `sha256`."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(_wrong_content(source, sha256))


def _wrong_content(source, sha256):
    return (
        f"{source} needs to have the sha256 {sha256}. Received: other content, a damaged download "
        "or a changed source. Nothing was kept."
    )


def _keep(name, shapes, fetch):
    """Fetch `<name>.npz` into a scratch folder, and move it to the cache when it is whole."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=f".{name}-") as scratch:
        fetched = fetch(Path(scratch))
        read_npz(fetched, shapes)
        # One rename within one disk: another process sees the whole file or none.
        return fetched.replace(cache / f"{name}.npz")


def _where_to_get(name, shapes, origin, folders, error):
    looked = " nor in ".join(str(folder) for folder in folders)
    arrays = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
    return (
        f"{name}.npz is not in {looked}, and cannot be fetched ({error}). Get the data from "
        f"{origin} and save it as {name}.npz, with the uint8 arrays {arrays}, in a folder that the "
        f"environment variable {DATA_FOLDER} names; or load it once on a machine with a network "
        f"and copy {name}.npz from the Keras cache there."
    )
