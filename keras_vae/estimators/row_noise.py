"""Scores of rows whose noise follows from the row's own values.

An estimate from draws would else depend on the rows that stand beside it: the same row would have
two scores in two calls. Here each row has a slot in a batch of one size, by a checksum of its
values, and each batch draws the same noise. So equal rows have equal scores, in any company.
"""

import zlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_vae.models.programs import seeded_program

#: slots of a batch
SLOTS = 256


def run_by_row(
    vae: Any, name: str, function: Callable[..., Any], x: np.ndarray, seed: int
) -> np.ndarray:
    """`function` of rows, (n, ...), where the noise of a row depends on its values alone.

    Args:
        vae: `keras_vae.VAE`.
        name: str, of the function and all that it depends on but its inputs and the weights.
        function: function of a batch of inputs and a `keras.random.SeedGenerator` that gives a
            tensor with a batch axis.
        x: float32 array (n, features).
        seed: int.
    """
    rows, places = np.unique(x + np.float32(0), axis=0, return_inverse=True)
    batch_numbers, slots = _seats(rows)
    results: Any = None
    for number in range(batch_numbers.max() + 1):
        here = np.flatnonzero(batch_numbers == number)
        batch = np.repeat(rows[here[:1]], SLOTS, axis=0)
        batch[slots[here]] = rows[here]
        program = seeded_program(vae, name, function, seed)  # draws from the start
        outputs = keras.ops.convert_to_numpy(program.forward(vae.prepare(batch)))
        if results is None:
            results = np.empty((len(rows), *outputs.shape[1:]), outputs.dtype)
        results[here] = outputs[slots[here]]
    return results[places.reshape(-1)]


def _seats(rows):
    """The batch and the slot of each row, a pair of int arrays (n,)."""
    rows = np.ascontiguousarray(rows)
    slots = np.array([zlib.crc32(row.tobytes()) % SLOTS for row in rows])
    order = np.argsort(slots, kind="stable")
    taken = slots[order]
    batch_numbers = np.empty(len(rows), int)
    # The first row of a slot goes to the first batch, the second one to the second, ...
    batch_numbers[order] = np.arange(len(rows)) - np.searchsorted(taken, taken)
    return batch_numbers, slots
