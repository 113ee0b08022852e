"""Processes that are killed at each of their file operations."""

import os
import sys
from collections.abc import Callable, Iterator

from keras_vae import atomic

_EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate")


def kill_points(action: Callable[[], None], limit: int = 200) -> Iterator[int]:
    """Run `action` in forked processes, each killed in front of its next file operation.

    Args:
        action: function to run.
        limit: int, the most kills. Defaults to `200`.

    Yields:
        The number of the kill. The last process was not killed.
    """
    for point in range(1, limit + 1):
        child = os.fork()
        if child == 0:
            _run(action, point)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, 9), code
        if code == 0:
            return
        yield point
    raise AssertionError(f"more than {limit} file operations")


def _run(action, point):
    left = [point]

    def count(*arguments):
        left[0] -= 1
        if left[0] == 0:
            os._exit(9)

    def counted(function):
        return lambda *arguments: (count(), function(*arguments))[1]

    try:
        # Those that tell no hook.
        os.fsync = counted(os.fsync)
        atomic._exchange = counted(atomic._exchange)
        sys.addaudithook(lambda event, arguments: count() if event in _EVENTS else None)
        action()
        os._exit(0)
    except BaseException as error:
        os.write(2, repr(error).encode())
        os._exit(1)
