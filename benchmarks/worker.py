"""A contender's process: gets ready, says so, and times one epoch whenever it is told to go."""

import sys
import time


def serve(epoch):
    """Answer each line of input with the seconds that `epoch()` took.

    Args:
        epoch: function that runs one epoch to its end, or gives the seconds that it took itself.
    """
    for _ in range(2):  # compilation, then the first run of what was compiled
        epoch()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        seconds = epoch()
        print(seconds or time.perf_counter() - start, flush=True)
