"""Weights in an HDF5 file: written small and without the optimizer, read without surprises."""

import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import h5py
import keras

from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.limits import MAX_DEPTH, MAX_OBJECTS, check_unpacked
from keras_vae.saved_weights import save_weights

#: top-level groups of Keras' file that are of no use to who loads a trained model
_LEFT_OUT = ("optimizer",)
#: what may have made the bytes of a data set smaller; others would be looked for as libraries
_FILTERS = (h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32)
#: bytes of a chunk that may be larger than its data set
_SMALL_CHUNK = 2**20


def write_weights(vae: keras.Model, path: str | os.PathLike[str]) -> None:
    """Write a model's weights, compressed without loss.

    Args:
        vae: `keras_vae.VAE`.
        path: path of a new file that ends in `.weights.h5`.

    Raises:
        OSError: if the file cannot be written, as on a full disk.
    """
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "model.weights.h5"
        save_weights(vae, whole)
        # In memory: HDF5 ends Python where a disk has no room for compressed data.
        with h5py.File("in memory", "w", driver="core", backing_store=False) as target:
            with h5py.File(whole) as source:
                _copy(source, target, _LEFT_OUT)
            target.flush()
            data = target.id.get_file_image()
    Path(path).write_bytes(data)


def _copy(source: h5py.Group, target: h5py.Group, left_out: tuple[str, ...] = ()) -> None:
    target.attrs.update(source.attrs)
    for name, item in source.items():
        if name in left_out:
            continue
        if isinstance(item, h5py.Group):
            _copy(item, target.create_group(name))
        else:
            options = _small(item.shape) if item.size > 64 else {}
            target.create_dataset(name, data=item[()], **options).attrs.update(item.attrs)


def _small(shape: tuple[int, ...]) -> dict[str, object]:
    """Settings for a small data set of weights.

    Bytes of equal rank stand beside each other, for the exponents of weights compress well, and the
    whole array is one chunk: many small ones take an eighth more.
    """
    return {"compression": "gzip", "compression_opts": 9, "shuffle": True, "chunks": shape}


def load_weights(vae: keras.Model, path: str | os.PathLike[str]) -> None:
    """Load what `write_weights` wrote.

    Args:
        vae: `keras_vae.VAE`.
        path: path of the file.

    Raises:
        PresetError: if the file is no such file, points at other files, declares more than it may,
            or does not fit the model.
    """
    count_weights(path)
    try:
        vae.load_weights(path)
    except Exception as error:  # Keras and h5py raise several kinds
        raise PresetError(
            f"{path} needs to hold the weights of {type(vae).__name__} as config.json describes "
            f"it. Received: {error}"
        ) from error


def count_weights(path: str | os.PathLike[str]) -> int:
    """The numbers in a file of weights, as it declares them; none of them is read.

    Args:
        path: path of the file.

    Returns:
        int.

    Raises:
        PresetError: if the file is not a file of weights, points at other files, or declares more
            than fits in its bytes.
    """
    try:
        with h5py.File(path) as file:
            sizes = [_checked_size(item, path) for item in _datasets(file, path)]
    except PresetError:
        raise
    except Exception as error:  # OSError mostly; of damaged files several kinds
        raise PresetError(f"{path} is not an HDF5 file of weights. Received: {error}") from error
    check_unpacked(path, sum(size for size, _ in sizes), Path(path).stat().st_size)
    return sum(number for _, number in sizes)


def _datasets(file: h5py.File, path: str | os.PathLike[str]) -> Iterator[h5py.Dataset]:
    """All data sets of a file, each of which must be its own."""
    seen = 0
    waiting: list[tuple[h5py.Group, int]] = [(file, 0)]
    while waiting:
        group, depth = waiting.pop()
        for name in group:
            place = f"{group.name}/{name}"
            # A link, or data elsewhere, would bring another file's content into the weights.
            hard = isinstance(group.get(name, getlink=True), h5py.HardLink)
            item = group[name] if hard else None
            if item is None or not _is_own(item):
                raise PresetError(
                    f"{path} must hold its weights itself. Received: {place}, which points "
                    "elsewhere"
                )
            seen += 1
            if depth > MAX_DEPTH or seen > MAX_OBJECTS or _links(item) != 1:
                raise PresetError(
                    f"{path} must hold at most {MAX_OBJECTS} objects, {MAX_DEPTH} deep in each "
                    f"other, each in one place. Received: more, at {place[:200]}"
                )
            if isinstance(item, h5py.Group):
                waiting.append((item, depth + 1))
            else:
                yield item


def _is_own(item: h5py.HLObject) -> bool:
    if isinstance(item, h5py.Dataset):
        return not item.external and not item.is_virtual
    return isinstance(item, h5py.Group)


def _links(item: h5py.HLObject) -> int:
    """The places at which an object lies in its file."""
    return int(h5py.h5o.get_info(item.id).rc)


def _checked_size(item: h5py.Dataset, path: str | os.PathLike[str]) -> tuple[int, int]:
    """Bytes and numbers of a data set."""
    # NumPy sees bfloat16 as two bytes without a type.
    kind, width = item.dtype.kind, item.dtype.itemsize
    plain = (kind in "fiub" and width <= 8 or (kind, width) == ("V", 2)) and item.shape is not None
    settings = item.id.get_create_plist()
    filters = [settings.get_filter(i)[0] for i in range(settings.get_nfilters())]
    if not plain or any(code not in _FILTERS for code in filters):
        raise PresetError(
            f"{path} must hold numbers, compressed by gzip or not. Received: {item.name}, of dtype "
            f"{item.dtype} and filters {filters}"
        )
    number = math.prod(item.shape)
    size = number * item.dtype.itemsize
    chunk = math.prod(item.chunks or ()) * item.dtype.itemsize
    if chunk > max(size, _SMALL_CHUNK):
        raise PresetError(
            f"{path} must hold chunks no larger than their data. Received: {item.name} of {size} "
            f"bytes in chunks of {chunk}"
        )
    return size, number
