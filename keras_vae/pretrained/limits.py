"""Bounds on what a preset may declare, checked before anything of that size is made."""

import math
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import keras

from keras_vae.pretrained.errors import PresetError

#: bytes that a preset's file, and the archive or download that it comes in, may have
MAX_BYTES = 2**30
#: bytes of the config and of the card
MAX_JSON_BYTES = 2**24
#: objects inside of objects, in a config, a card or a file of weights
MAX_DEPTH = 100
#: files of an archive; groups and data sets of a file of weights
MAX_FILES, MAX_OBJECTS = 10_000, 100_000
#: bytes that always may come out of a compressed file, and how many times its own size
FREE_BYTES, MAX_RATIO = 2**26, 100
#: seconds that it may take to find out how large a model would be
MAX_SECONDS = 60.0
#: numbers that a model may have beyond those of its file of weights, which leaves metrics out
_SPARE = 2**16


def check_unpacked(what: object, size: int, packed: int) -> None:
    """Refuse what would unpack to much more than its own size, as only zeros do.

    Args:
        what: file or member, named in the error.
        size: int, bytes when unpacked.
        packed: int, bytes of the compressed file.

    Raises:
        PresetError: if it is too large.
    """
    allowed = min(MAX_BYTES, max(FREE_BYTES, MAX_RATIO * packed))
    if size > allowed:
        raise PresetError(
            f"{what} must have at most {allowed} bytes when unpacked. Received: {size} bytes"
        )


def check_num_parameters(
    build: Callable[[], keras.Model], num_weights: int, in_time: bool = True
) -> None:
    """Refuse a model that is larger than its weights, before any of its weights is made.

    The model is put together once without values, in a thread of its own: what Keras remembers of
    it is the thread's, and ends with it.

    Args:
        build: function that makes the model.
        num_weights: int, the numbers in the file of weights.
        in_time: bool, whether it must end within `MAX_SECONDS`; `False` is for models whose number
            of layers is known to be small. Defaults to `True`.

    Raises:
        PresetError: if the model is larger, or takes too long.
        Exception: of `build`.
    """
    found: list[int] = []
    errors: list[Exception] = []

    def count() -> None:
        if in_time:
            sys.setprofile(_deadline(MAX_SECONDS))
        try:
            with keras.StatelessScope(initialize_variables=False):
                found.append(sum(math.prod(v.shape) for v in build().variables))
        except Exception as error:
            errors.append(error)
        finally:
            sys.setprofile(None)

    thread = threading.Thread(target=count, name="keras_vae-preset-size")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    if found[0] > num_weights + _SPARE:
        raise PresetError(
            "A preset's model must be as large as its weights. Received: config.json of a model of "
            f"{found[0]} numbers, and model.weights.h5 of {num_weights}"
        )


def _deadline(seconds: float) -> Callable[[Any, str, Any], None]:
    """A profiler's function that ends what it watches after so many seconds."""
    end = time.monotonic() + seconds

    def check(frame: Any, event: str, argument: Any) -> None:
        if event == "call" and time.monotonic() > end:
            raise PresetError(
                f"A preset's model must be put together in {seconds:.0f} seconds. Received: a "
                "config.json of a model that takes longer"
            )

    return check
