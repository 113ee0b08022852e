"""A contender's process: gets ready, says so, and times one epoch whenever it is told to go."""

import os
import sys
import time

#: seconds on the wall, or of the processors, as `run.py --processor-time` has it
clock = getattr(time, os.environ.get("BENCHMARK_CLOCK", "perf_counter"))


def serve(epoch):
    """Answer each line of input with the seconds that `epoch()` took.

    Args:
        epoch: function that runs one epoch to its end, or gives the seconds that it took itself.
    """
    for _ in range(2):  # compilation, then the first run of what was compiled
        epoch()
    print("ready", flush=True)
    for _ in sys.stdin:
        start = clock()
        seconds = epoch()
        print(seconds or clock() - start, flush=True)
