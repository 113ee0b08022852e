"""A preset out of a `.zip` or `.tar` file: its three files alone, nothing outside the folder."""

import functools
import os
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from keras_vae.pretrained.diffusers.tensors import ENDS, STEM
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.folder import CONFIG, FILES, METADATA
from keras_vae.pretrained.limits import MAX_BYTES, MAX_FILES, check_unpacked

_CHUNK = 2**20


def extract_preset(archive: str | os.PathLike[str], folder: str | os.PathLike[str]) -> None:
    """Copy a preset's files from an archive, where they lie at the top or in one folder.

    In place of a preset's, they may be those of a folder of the diffusers library.

    Args:
        archive: path of a `.zip` or `.tar` file, the latter compressed or not.
        folder: path of an existing folder.

    Raises:
        PresetError: if the file is damaged or no such archive; if it holds links, devices, paths
            that lead out of it, two files of one name, or more than a preset may; or if a file of
            the preset is missing.
        OSError: if a file cannot be written.
    """
    archive, folder = Path(archive), Path(folder)
    # Damaged archives raise a dozen kinds. What writes raises its own, past this.
    if _reading(archive, lambda: zipfile.is_zipfile(archive)):
        with _reading(archive, lambda: zipfile.ZipFile(archive)) as opened:
            _copy(archive, _reading(archive, lambda: _zip_members(archive, opened)), folder)
    else:
        with _reading(archive, lambda: tarfile.open(archive)) as opened:
            _copy(archive, _reading(archive, lambda: _tar_members(archive, opened)), folder)


def _reading(archive: Path, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (PresetError, FileNotFoundError):
        raise
    except Exception as error:
        raise PresetError(
            f"{archive} is neither a .zip nor a .tar file that can be read. Received: {error}"
        ) from error


class _Member:
    """A file in an archive: its name, its size, and how it is opened."""

    def __init__(self, name: str, size: int, open_it: Callable[[], IO[bytes] | None]) -> None:
        self.name, self.size, self.open = name, size, open_it


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> list[_Member]:
    members = []
    for item in opened.infolist():
        check_unpacked(f"{archive}: {item.filename}", item.file_size, item.compress_size)
        if not item.is_dir():
            members.append(
                _Member(item.filename, item.file_size, functools.partial(opened.open, item))
            )
        _check_number(archive, members)
    return members


def _tar_members(archive: Path, opened: tarfile.TarFile) -> list[_Member]:
    members, total, packed = [], 0, archive.stat().st_size
    for item in opened:
        # Before the next one is looked for, which unpacks this one.
        total += item.size
        check_unpacked(archive, total, packed)
        if item.isdir():
            continue
        if not item.isfile():
            raise PresetError(
                f"{archive} must hold plain files. Received: {item.name!r}, a link or a device"
            )
        members.append(_Member(item.name, item.size, functools.partial(opened.extractfile, item)))
        _check_number(archive, members)
    return members


def _check_number(archive: Path, members: list[_Member]) -> None:
    if len(members) > MAX_FILES:
        raise PresetError(
            f"{archive} must hold at most {MAX_FILES} files. Received: more than that"
        )


def _copy(archive: Path, members: list[_Member], folder: Path) -> None:
    for member in members:
        _check_path(archive, member.name)
    for name in _wanted(members):
        found = [member for member in members if _is_file(member.name, name)]
        if len(found) != 1:
            raise PresetError(
                f"{archive} needs one {name}, at its top or in one folder. "
                f"Received: {[member.name for member in found]}"
            )
        if found[0].size > MAX_BYTES:
            raise PresetError(
                f"{archive} needs files of at most {MAX_BYTES} bytes. "
                f"Received: {found[0].name} of {found[0].size} bytes"
            )
        with open(folder / name, "wb") as target:
            for chunk in _chunks(archive, found[0]):
                target.write(chunk)


def _chunks(archive: Path, member: _Member) -> Iterator[bytes]:
    """The content of a member, no more of it than its declared size."""
    left = member.size
    with _reading(archive, member.open) as source:
        while left > 0:
            size = min(_CHUNK, left)
            chunk = _reading(archive, functools.partial(source.read, size))
            if not chunk:
                raise PresetError(f"{archive} ends in the middle of {member.name!r}")
            left -= len(chunk)
            yield chunk
        _reading(archive, lambda: source.read(1))  # of a .zip, the end checks the sum


def _wanted(members: list[_Member]) -> list[str]:
    """The names of the files to copy: those of a preset, or of a folder of the diffusers library.

    A preset's card tells them apart.
    """
    names = [PurePosixPath(member.name).name for member in members]
    weights = sorted({name for name in names if name.startswith(STEM) and name.endswith(ENDS)})
    return list(FILES) if METADATA in names or not weights else [CONFIG, *weights]


def _is_file(path: str, name: str) -> bool:
    parts = [part for part in PurePosixPath(path).parts if part != "."]
    return parts[-1:] == [name] and len(parts) <= 2


def _check_path(archive: Path, name: str) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    # A drive letter is a root too, on some systems.
    if path.is_absolute() or ".." in path.parts or ":" in (*path.parts, "")[0]:
        raise PresetError(f"{archive} holds a path that leads out of it. Received: {name!r}")
