"""Files and folders are the old or the new, whatever ends the writing."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kills import kill_points

from keras_vae import atomic

CAN_FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def hidden(folder):
    return [path.name for path in folder.iterdir() if path.name.startswith(".")]


def folder_of(folder, text):
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("a", "b"):
        (folder / name).write_text(text)
    return folder


def content(folder):
    return {path.read_text() for path in atomic.whole_folder(folder).iterdir()}


def fill(folder, text):
    with atomic.atomic_folder(folder) as scratch:
        folder_of(scratch, text)


@pytest.mark.parametrize("old", [None, b"old"])
def test_file_is_written(tmp_path, old):
    path = tmp_path / "new" / "file.keras"
    if old is not None:
        atomic.write_bytes(path, old)
    with atomic.atomic_path(path) as scratch:
        assert scratch.suffix == ".keras" and scratch.parent.parent == path.parent
        scratch.write_bytes(b"new")
        assert not path.exists() if old is None else path.read_bytes() == old
    assert path.read_bytes() == b"new" and not hidden(path.parent)


def test_file_has_the_mode_of_any_file(tmp_path):
    (tmp_path / "plain").write_bytes(b"")
    mode = atomic.write_bytes(tmp_path / "file", b"").stat().st_mode
    assert mode == (tmp_path / "plain").stat().st_mode
    fill(tmp_path / "folder", "x")
    (tmp_path / "other").mkdir()
    assert (tmp_path / "folder").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_link_stays_and_what_it_points_to_is_replaced(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    atomic.write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"


def test_very_long_name(tmp_path):
    name = 80 * "ü" + 90 * "x"
    assert atomic.write_text(tmp_path / name, "new").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == [name]


class Boom(BaseException):
    pass


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "full"), Boom(), KeyboardInterrupt()])
def test_error_leaves_the_old(tmp_path, error):
    atomic.write_text(tmp_path / "file", "old")
    folder_of(tmp_path / "folder", "old")
    for write in (atomic.atomic_path, atomic.atomic_folder):
        place = tmp_path / ("file" if write is atomic.atomic_path else "folder")
        with pytest.raises(type(error)), write(place):
            raise error
    assert (tmp_path / "file").read_text() == "old" and content(tmp_path / "folder") == {"old"}
    assert not hidden(tmp_path)


@pytest.mark.parametrize("name", ["os.fsync", "os.replace", "os.rename"])
@pytest.mark.parametrize("call", range(1, 8))
def test_full_disk_at_any_call_leaves_the_old_or_the_new(tmp_path, monkeypatch, name, call):
    atomic.write_text(tmp_path / "file", "old")
    folder_of(tmp_path / "folder", "old")
    real, left = getattr(os, name[3:]), [call]

    def fails(*arguments):
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(*arguments)

    monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    monkeypatch.setattr(os, name[3:], fails)
    for write in (
        lambda: atomic.write_text(tmp_path / "file", "new"),
        lambda: fill(tmp_path / "folder", "new"),
    ):
        try:
            write()
        except OSError as error:
            assert error.errno == errno.ENOSPC
    assert (tmp_path / "file").read_text() in ("old", "new")
    assert content(tmp_path / "folder") in ({"old"}, {"new"})


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("old", [True, False])
@CAN_FORK
def test_kill_at_any_operation_leaves_the_old_or_the_new(tmp_path, monkeypatch, exchange, old):
    if not exchange:
        monkeypatch.setattr(atomic, "_exchange", lambda one, other: False)
    kills = 0

    def write():
        atomic.write_text(tmp_path / "file", "new")
        fill(tmp_path / "folder", "new")

    if old:
        atomic.write_text(tmp_path / "file", "old")
        folder_of(tmp_path / "folder", "old")
    for _ in kill_points(write):
        kills += 1
        if old or (tmp_path / "file").exists():
            assert (tmp_path / "file").read_text() in ("old", "new")
        folder = atomic.whole_folder(tmp_path / "folder")
        if old or folder.exists():
            assert content(folder) in ({"old"}, {"new"}), kills
            assert len(list(folder.iterdir())) == 2
        if exchange and old:
            assert (tmp_path / "folder").exists()  # no moment without it
    assert kills > 10
    assert (tmp_path / "file").read_text() == "new" and content(tmp_path / "folder") == {"new"}
    assert not hidden(tmp_path)  # the last one swept up


@CAN_FORK
def test_kill_while_a_folder_is_removed_leaves_it_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "folder"
    folder_of(folder, "old")
    for _ in kill_points(lambda: atomic.remove_folder(folder)):
        assert not folder.exists() or len(list(folder.iterdir())) == 2
    assert not list(tmp_path.iterdir())
    atomic.remove_folder(folder)


def test_scratch_of_the_living_is_left_alone(tmp_path):
    mine = tmp_path / f".file-{atomic._host()}-{os.getpid()}-12345678.scratch"
    others = tmp_path / ".file-elsewhere-1-12345678.scratch"
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    dead = tmp_path / f".file-{atomic._host()}-{ended.pid}-12345678.scratch"
    old = tmp_path / ".file-elsewhere-2-12345678.scratch"
    foreign = tmp_path / ".file-x.scratch"
    for path in (mine, others, dead, old, foreign):
        path.mkdir()
    os.utime(old, (0, 0))
    atomic.write_text(tmp_path / "file", "new")
    assert sorted(hidden(tmp_path)) == sorted(path.name for path in (mine, others, foreign))


@CAN_FORK
def test_disk_that_is_full_at_any_byte(tmp_path):
    """A limit on the size of files, which the system sets: no file may be longer than this."""
    import resource

    path = tmp_path / "file"
    atomic.write_bytes(path, b"old")
    for size in (0, 1, 999, 1000):
        child = os.fork()
        if child == 0:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
            try:
                atomic.write_bytes(path, bytes(1000))
            except OSError:
                os._exit(3)
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert (code, path.read_bytes()) == ((0, bytes(1000)) if size == 1000 else (3, b"old"))
    assert Path(path).exists() and not hidden(tmp_path)
