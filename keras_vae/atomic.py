"""Files and folders that appear whole or not at all, whatever ends the process.

What is new is written beside its place, forced to the disk, and moved there in one step. A process
that dies leaves the old or the new, and perhaps a hidden scratch beside it, which the next write
to the same place removes.
"""

import contextlib
import ctypes
import errno
import hashlib
import os
import platform
import shutil
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

#: endings of what is being written, and of what was set aside for it
_SCRATCH, _OLD = ".scratch", ".old"
#: seconds after which a scratch of another machine is taken for abandoned
_ABANDONED = 7 * 24 * 3600.0
#: of Linux' renameat2: paths are relative to the working directory; the two change places
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextlib.contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A scratch path for a new file, which replaces `path` when the block ends without an error.

    The scratch lies in the same folder and ends as `path` does, for writers that look at the
    ending. After an error the old file is still there, and the scratch is gone.

    Args:
        path: str or path of the file; its folder is made if it is missing.

    Yields:
        Path to write the file to.

    Raises:
        OSError: if the file cannot be written, as on a full disk.

    Example:

    >>> from keras_vae.atomic import atomic_path
    >>> with atomic_path("note.txt") as scratch:
    ...     _ = scratch.write_text("whole")
    """
    path = _real(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    scratch = _beside(path, _SCRATCH)
    inner = scratch / path.name  # under its own name, whose ending counts
    scratch.mkdir()
    try:
        yield inner
        _sync(inner)
        os.replace(inner, path)
        _sync(path.parent)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_bytes(path: str | os.PathLike[str], data: bytes) -> Path:
    """Write a whole file, or leave the old one.

    Returns:
        The file's path.

    Raises:
        OSError: if the file cannot be written, as on a full disk.
    """
    with atomic_path(path) as scratch:
        scratch.write_bytes(data)
    return Path(path)


def write_text(path: str | os.PathLike[str], text: str) -> Path:
    """Write a whole file of UTF-8, or leave the old one: see `write_bytes`."""
    return write_bytes(path, text.encode("utf-8"))


@contextlib.contextmanager
def atomic_folder(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """A scratch folder, which replaces `folder` when the block ends without an error.

    Args:
        folder: str or path; its parent is made if it is missing.

    Yields:
        Path of an empty folder to fill.

    Raises:
        OSError: if something cannot be written, as on a full disk.
    """
    folder = _real(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    scratch = _beside(folder, _SCRATCH)
    scratch.mkdir()
    try:
        yield scratch
        replace_folder(scratch, folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def replace_folder(new: str | os.PathLike[str], folder: str | os.PathLike[str]) -> None:
    """Put the folder `new` where `folder` is or is not yet; what was there is deleted.

    Where the system can exchange two folders (Linux, on most file systems), there is no moment
    without one. Elsewhere the old one is set aside for a moment, where `whole_folder` finds it.

    Args:
        new: path of a folder on the same disk.
        folder: path.

    Raises:
        OSError: if a folder cannot be moved.
    """
    new, folder = Path(new), _real(folder)
    _sync_tree(new)
    _sync(new.parent)
    if not folder.exists():
        os.rename(new, folder)
        _sync(folder.parent)
    elif _exchange(new, folder):
        _sync(folder.parent)
        _remove_tree(new)
    else:
        old = _beside(folder, _OLD)
        os.rename(folder, old)
        try:
            os.rename(new, folder)
        except OSError:
            os.rename(old, folder)
            raise
        _sync(folder.parent)
        _remove_tree(old)
    _sweep(folder)


def whole_folder(folder: str | os.PathLike[str]) -> Path:
    """Where the content of a folder of `replace_folder` is: there, or set aside by a dead process.

    Args:
        folder: path.

    Returns:
        `folder`, or the newest that was set aside where `folder` is missing.
    """
    folder = _real(folder)
    if folder.exists():
        return folder
    return max(_relatives(folder, _OLD), key=_time, default=folder)


def remove_folder(folder: str | os.PathLike[str]) -> None:
    """Remove a folder in one step, as others see it; one that is missing is not an error.

    Args:
        folder: path.

    Raises:
        OSError: if it cannot be removed.
    """
    folder = _real(folder)
    _sweep(folder)
    for old in _relatives(folder, _OLD):
        _remove_tree(old)
    scratch = _beside(folder, _SCRATCH)
    with contextlib.suppress(FileNotFoundError):
        os.rename(folder, scratch)
        _sync(folder.parent)
        _remove_tree(scratch)


def _real(path: str | os.PathLike[str]) -> Path:
    """The path behind links: what a link points to is replaced, and the link stays."""
    return Path(os.path.realpath(path))


# ---- scratch: its name says whose it is ----------------------------------------------------------


def _beside(path: Path, ending: str) -> Path:
    """A new hidden name beside `path` that says which process uses it."""
    return path.with_name(f"{_start(path)}{_host()}-{os.getpid()}-{uuid.uuid4().hex[:8]}{ending}")


def _start(path: Path) -> str:
    # Names have 255 bytes at most: of a long one the beginning must do.
    return f".{os.fsencode(path.name)[:120].decode('utf-8', 'ignore')}-"


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:8]


def _relatives(path: Path, ending: str) -> list[Path]:
    """All hidden names beside `path` that were made for it."""
    start = _start(path)
    try:
        found = [item for item in path.parent.iterdir() if item.name.startswith(start)]
    except FileNotFoundError:
        return []
    return [item for item in found if _owner(item, start, ending) is not None]


def _owner(item: Path, start: str, ending: str) -> tuple[str, int] | None:
    """Host and process that made a hidden name; None for a name of something else."""
    if not item.name.endswith(ending):
        return None
    parts = item.name[len(start) : -len(ending)].split("-")
    if len(parts) != 3 or not parts[1].isdigit():
        return None
    return parts[0], int(parts[1])


def _sweep(path: Path) -> None:
    """Remove what dead processes left beside `path`."""
    kinds = [_SCRATCH, _OLD] if path.exists() else [_SCRATCH]  # it may be the only copy
    for ending in kinds:
        for item in _relatives(path, ending):
            host, process = _owner(item, _start(path), ending) or ("", 0)
            dead = (
                not _alive(process) if host == _host() else time.time() - _time(item) > _ABANDONED
            )
            if dead:
                shutil.rmtree(item, ignore_errors=True)


def _alive(process: int) -> bool:
    if os.name == "nt":
        return True  # there `os.kill` would end it; such scratches go when they are a week old
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _time(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return time.time()  # gone meanwhile


# ---- the disk ------------------------------------------------------------------------------------


def _sync(path: Path) -> None:
    """Force a file, or the names in a folder, to the disk."""
    is_folder = path.is_dir()
    if is_folder and os.name == "nt":
        return  # Windows cannot open folders
    handle = os.open(path, os.O_RDONLY if is_folder or os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some file systems cannot sync folders. All of them report a full disk.
        if not (is_folder and error.errno in (errno.EINVAL, errno.ENOTSUP, errno.EBADF)):
            raise
    finally:
        os.close(handle)


def _sync_tree(folder: Path) -> None:
    for item in folder.iterdir():
        if item.is_dir():
            _sync_tree(item)
        else:
            _sync(item)
    _sync(folder)


def _remove_tree(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, and say whether this system can."""
    swap = _swap()
    return swap is not None and swap(os.fsencode(one), os.fsencode(other)) == 0


def _swap() -> Callable[[bytes, bytes], int] | None:
    """The system's own function for it, if there is one."""
    try:
        library = ctypes.CDLL(None)
        if sys.platform.startswith("linux"):
            renameat2 = library.renameat2
            renameat2.argtypes = [
                ctypes.c_int,
                ctypes.c_char_p,
                ctypes.c_int,
                ctypes.c_char_p,
                ctypes.c_uint,
            ]
            return lambda a, b: int(renameat2(_AT_FDCWD, a, _AT_FDCWD, b, _RENAME_EXCHANGE))
        if sys.platform == "darwin":
            renamex_np = library.renamex_np
            renamex_np.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_uint]
            return lambda a, b: int(renamex_np(a, b, 2))  # RENAME_SWAP
    except (OSError, AttributeError, TypeError):  # an old C library, or Windows
        return None
    return None
