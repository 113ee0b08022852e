"""A preset out of a `.zip` or `.tar` file: its three files alone, nothing outside the folder."""

import shutil
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

from keras_vae.pretrained.folder import FILES

#: bytes that a file of a preset may have when unpacked, against archives that unpack without end
MAX_BYTES = 2**30


def extract_preset(archive, folder):
    """Copy a preset's files from an archive, where they lie at the top or in one folder.

    Args:
        archive: path of a `.zip` or `.tar` file, the latter compressed or not.
        folder: path of an existing folder.

    Raises:
        ValueError: if the file is no such archive, if it holds links, devices or paths that lead
            out of it, or if a file of the preset is missing, there twice, or too large.
    """
    folder = Path(folder)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as opened:
            members = {item.filename: item.file_size for item in _zip_members(opened)}
            _copy(archive, members, opened.open, folder)
        return
    try:
        opened = tarfile.open(archive)  # noqa: SIM115  closed by the block below
    except (tarfile.TarError, OSError, EOFError) as error:
        raise ValueError(f"{archive} is neither a .zip nor a .tar file. ({error})") from error
    with opened:
        members = {item.name: item.size for item in _tar_members(opened, archive)}
        _copy(archive, members, opened.extractfile, folder)


def _zip_members(opened):
    return [item for item in opened.infolist() if not item.is_dir()]


def _tar_members(opened, archive):
    members = [item for item in opened.getmembers() if not item.isdir()]
    for item in members:
        if not item.isfile():
            raise ValueError(
                f"{archive} must hold plain files. Received: {item.name!r}, a link or a device"
            )
    return members


def _copy(archive, members, open_member, folder):
    for name in members:
        _check_path(archive, name)
    for name in FILES:
        found = [path for path in members if path in (name, *_in_one_folder(path, name))]
        if len(found) != 1:
            raise ValueError(
                f"{archive} needs one {name}, at its top or in one folder. Received: {found}"
            )
        if members[found[0]] > MAX_BYTES:
            raise ValueError(
                f"{archive} needs files of at most {MAX_BYTES} bytes. "
                f"Received: {found[0]} of {members[found[0]]} bytes"
            )
        with open_member(found[0]) as source, open(folder / name, "wb") as target:
            shutil.copyfileobj(source, target)


def _in_one_folder(path, name):
    parts = [part for part in PurePosixPath(path).parts if part != "."]
    return [path] if parts[-1:] == [name] and len(parts) <= 2 else []


def _check_path(archive, name):
    path = PurePosixPath(name.replace("\\", "/"))
    # A drive letter is a root too, on some systems.
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        raise ValueError(f"{archive} holds a path that leads out of it. Received: {name!r}")
