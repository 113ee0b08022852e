"""Memory of the test process: its peak, and freeing what compiled programs hold."""

import ctypes
import gc
import os
import sys
from pathlib import Path

import keras

#: bytes by which the process may grow before models are freed within a test file
STEP = 400 * 2**20

_least = [0]


def free_if_grown():
    """`free`, if the process has grown by `STEP` since the last time."""
    if now() - _least[0] > STEP:
        free()


def free():
    """Free the models and programs that nothing refers to, and hand the memory back."""
    gc.collect()
    backend = keras.backend.backend()
    if backend == "tensorflow":
        _forget_custom_gradients()
    elif backend == "jax":
        import jax

        jax.clear_caches()
    gc.collect()
    if sys.platform == "linux":
        # Programs are made of many small blocks, whose pages the allocator would keep.
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)
    _least[0] = now()


def _forget_custom_gradients():
    """TensorFlow registers each custom gradient that a graph takes, and so keeps the graph."""
    from tensorflow.python.framework import ops

    registry = ops.gradient_registry._registry
    for name in [name for name in registry if name.startswith("CustomGradient-")]:
        del registry[name]


def now():
    """Memory of this process in bytes; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # not Linux
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak():
    """Greatest memory of this process so far, in bytes; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
