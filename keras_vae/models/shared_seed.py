"""A seed generator for several threads."""

import threading
from typing import Any

import keras

#: one for all: a lock in a generator could be neither copied nor pickled
_LOCK = threading.Lock()


class SharedSeedGenerator(keras.random.SeedGenerator):
    """A `keras.random.SeedGenerator` that gives no seed twice, whichever threads ask for one.

    Keras' own reads its state and then moves it. Two threads could read the same state, and draw
    the same noise.
    """

    def next(self, ordered: bool = True) -> Any:
        """The next seed."""
        with _LOCK:
            return super().next(ordered)
