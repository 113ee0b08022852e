"""Memory of the test process: its peak, and freeing what compiled programs hold."""

import ctypes
import gc
import sys

import keras


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


def _forget_custom_gradients():
    """TensorFlow registers each custom gradient that a graph takes, and so keeps the graph."""
    from tensorflow.python.framework import ops

    registry = ops.gradient_registry._registry
    for name in [name for name in registry if name.startswith("CustomGradient-")]:
        del registry[name]


def peak():
    """Greatest memory of this process so far, in bytes; NaN where the system does not tell."""
    try:
        import resource
    except ImportError:  # Windows
        return float("nan")
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
