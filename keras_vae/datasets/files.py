"""Where the files of a data set come from: a folder of yours, Keras' cache, or their source.

A data set is one `<name>.npz` of uint8 arrays. It is looked for in the folder that the environment
variable `KERAS_VAE_DATA` names, then in Keras' cache (`~/.keras/datasets`, or
`$KERAS_HOME/datasets`), and only then fetched from its source, checked, and kept in that cache. A
damaged file in the cache is fetched again; in a folder of yours it is an error.
"""

import hashlib
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_vae import atomic

DATA_FOLDER = "KERAS_VAE_DATA"
#: bytes that a download may have
MAX_BYTES = 2**30
_CHUNK = 2**20
_TIMEOUT = 60.0  # seconds without a byte

Shapes = Mapping[str, tuple[int, ...]]


def load(
    name: str, shapes: Shapes, origin: str, fetch: Callable[[Path], Path]
) -> dict[str, np.ndarray]:
    """The arrays of `<name>.npz` as a dictionary of uint8 arrays.

    Args:
        name: string, the name of the file without its ending.
        shapes: dictionary from the arrays' names to their shapes.
        origin: string, the page or folder where a person finds the data.
        fetch: function (folder) -> path of a new `<name>.npz` in that scratch folder, downloaded
            and checked.

    Raises:
        FileNotFoundError: the file is nowhere, and its source cannot be reached.
        ValueError: a file is there, but is not the one that was expected; one in the cache is
            fetched again before.
    """
    folders, damaged = search_folders(), None
    for folder in folders:
        path = folder / f"{name}.npz"
        if path.is_file():
            try:
                return read_npz(path, shapes)
            except ValueError as error:
                if folder != cache_folder():
                    raise
                damaged = error
    try:
        path = _keep(name, shapes, fetch)
    except OSError as error:  # no network, or a cache that cannot be written
        if damaged is not None:
            raise damaged from error
        raise FileNotFoundError(_where_to_get(name, shapes, origin, folders, error)) from error
    return read_npz(path, shapes)


def search_folders() -> list[Path]:
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


def cache_folder() -> Path:
    """Keras' own cache of data sets, where `keras.datasets` keeps its files as well."""
    # Keras has no public name for this folder; the rule is the one `keras.utils.get_file` states.
    home = os.environ.get("KERAS_HOME") or Path("~") / ".keras"
    return Path(home).expanduser() / "datasets"


def read_npz(path: str | os.PathLike[str], shapes: Shapes) -> dict[str, np.ndarray]:
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


def download(
    url: str,
    folder: str | os.PathLike[str],
    sha256: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Path:
    """Download `url` into `folder` and return the file's path.

    Args:
        url: str.
        folder: path of an existing folder.
        sha256: str, what the file must have. Defaults to `None`, any.
        max_bytes: int, where the download is given up. Defaults to 1 GiB.

    Returns:
        The file's path.

    Raises:
        ConnectionError: the source cannot be reached.
        ValueError: the file is too large, or has another checksum than `sha256`.
        OSError: the file cannot be written, as on a full disk.
    """
    path, digest, size = Path(folder) / "download", hashlib.sha256(), 0
    path = path.with_name(url.split("?")[0].rsplit("/", 1)[-1] or path.name)
    try:
        response = urllib.request.urlopen(url, timeout=_TIMEOUT)  # noqa: S310
    except Exception as error:  # urllib raises several kinds
        raise ConnectionError(f"{url} cannot be downloaded: {error}") from error
    with response, open(path, "wb") as file:
        while chunk := _next_chunk(response, url):
            size += len(chunk)
            if size > max_bytes:
                raise ValueError(
                    f"{url} must have at most {max_bytes} bytes. Received: more than that"
                )
            digest.update(chunk)
            file.write(chunk)
    if sha256 is not None and digest.hexdigest() != sha256:
        raise ValueError(_wrong_content(url, sha256))
    return path


def _next_chunk(response: Any, url: str) -> bytes:
    try:
        return response.read(_CHUNK)
    except Exception as error:  # a connection that breaks, or ends too early
        raise ConnectionError(f"{url} cannot be downloaded: {error}") from error


def require_sha256(content: bytes, sha256: str, source: str) -> None:
    """Refuse bytes that came from `source` and do not have the checksum `sha256`."""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ValueError(_wrong_content(source, sha256))


def _wrong_content(source: str, sha256: str) -> str:
    return (
        f"{source} needs to have the sha256 {sha256}. Received: other content, a damaged download "
        "or a changed source. Nothing was kept."
    )


def _keep(name: str, shapes: Shapes, fetch: Callable[[Path], Path]) -> Path:
    """Fetch `<name>.npz` into a scratch folder, and move it to the cache when it is whole."""
    path = cache_folder() / f"{name}.npz"
    with tempfile.TemporaryDirectory() as scratch, atomic.atomic_path(path) as kept:
        fetched = fetch(Path(scratch))
        read_npz(fetched, shapes)
        shutil.move(fetched, kept)
    return path


def _where_to_get(
    name: str, shapes: Shapes, origin: str, folders: list[Path], error: Exception
) -> str:
    looked = " nor in ".join(str(folder) for folder in folders)
    arrays = ", ".join(f"{key} {shape}" for key, shape in shapes.items())
    return (
        f"{name}.npz is not in {looked}, and cannot be fetched ({error}). Get the data from "
        f"{origin} and save it as {name}.npz, with the uint8 arrays {arrays}, in a folder that the "
        f"environment variable {DATA_FOLDER} names; or load it once on a machine with a network "
        f"and copy {name}.npz from the Keras cache there."
    )
