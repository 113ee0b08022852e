"""Data that are too large for the device: chunks of their rows go there, one after the other."""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import keras
import numpy as np

from keras_vae.callbacks.schedule import Schedule
from keras_vae.engine import loops
from keras_vae.engine.device_data import DeviceData, device_array, memory_limit
from keras_vae.engine.plan import Plan, StepBlock, even_block_size
from keras_vae.inputs.prepared import Arrays

#: bytes of a chunk, large enough to hide what it costs to begin one; four of them are in memory at
#: a time. Not of the memory that is free: a resumed run must have the order of an unbroken one.
CHUNK_BYTES = 2**26
#: the most that a chunk takes of the device's memory
CHUNK_SHARE = 1 / 16
#: bytes that are read in one go; the order of such pieces is shuffled in each epoch
PIECE_BYTES = 2**18


class ChunkPlan(Plan):
    """The steps of an epoch over chunks of rows, each step within one chunk.

    In each epoch pieces of neighbouring rows are shuffled, and chunks made of them; then the rows
    of each chunk are shuffled. So a chunk has rows from everywhere, read in large pieces. The order
    depends on the seed and the epoch's number alone.

    Args:
        num_rows: int, examples in the data.
        batch_size: int.
        chunk_rows: int, the most rows of a chunk, if a batch has no more.
        piece_rows: int, rows of a piece.
        load: function of the number of a chunk and the rows of its pieces, pairs of a first and a
            last row, that puts the chunk on the device.
        block_size, seed, schedules: as for `Plan`.
    """

    def __init__(
        self,
        num_rows: int,
        batch_size: int,
        chunk_rows: int,
        piece_rows: int,
        load: Callable[[int], None],
        block_size: int | None = None,
        seed: int | None = None,
        schedules: list[Schedule] | None = None,
    ) -> None:
        steps = math.ceil(num_rows / batch_size)
        most_steps = max(1, chunk_rows // batch_size)
        block_size = min(block_size or even_block_size(steps), steps, most_steps)
        self.blocks_per_chunk = max(1, most_steps // block_size)
        #: rows of each chunk but the last
        self.chunk_rows = self.blocks_per_chunk * block_size * batch_size
        self.num_chunks = math.ceil(num_rows / self.chunk_rows)
        self.piece_rows = piece_rows
        self.load = load
        super().__init__(num_rows, batch_size, block_size, seed, schedules)

    def start(self, epoch: int) -> None:
        """Begin an epoch: shuffle the pieces, and go back to the first block."""
        self.epoch = epoch
        self.firsts = np.arange(0, self.num_rows, self.piece_rows)
        if self.seed is not None:
            np.random.default_rng([self.seed, epoch]).shuffle(self.firsts)
        #: where each piece begins among the rows of the epoch, and where the last one ends
        sizes = np.minimum(self.firsts + self.piece_rows, self.num_rows) - self.firsts
        self.places = np.concatenate([[0], np.cumsum(sizes)])
        self._next = 0

    def pieces(self, chunk: int) -> list[tuple[int, int]]:
        """The rows of a chunk: pairs of the first of neighbours, and the one behind the last."""
        begin, end = chunk * self.chunk_rows, min((chunk + 1) * self.chunk_rows, self.num_rows)
        piece = int(np.searchsorted(self.places, begin, "right")) - 1
        found: list[tuple[int, int]] = []
        while begin < end:
            first = int(self.firsts[piece]) + begin - int(self.places[piece])
            last = first + min(int(self.places[piece + 1]), end) - begin
            if found and found[-1][1] == first:
                found[-1] = (found[-1][0], last)
            else:
                found.append((first, last))
            begin, piece = begin + last - first, piece + 1
        return found

    def next_block(self) -> StepBlock:
        """The next `StepBlock` of the epoch, of row numbers within its chunk, which is loaded."""
        chunk, block = divmod(self._next, self.blocks_per_chunk)
        if block == 0:
            self.load(chunk)
            here = min(self.num_rows - chunk * self.chunk_rows, self.chunk_rows)
            self.order = np.arange(here, dtype="int32")
            if self.seed is not None:
                np.random.default_rng([self.seed, self.epoch, chunk]).shuffle(self.order)
        first, last = self.first_step(self._next), self.last_step(self._next)
        self._next = (self._next + 1) % self.num_blocks
        begin = block * self.block_size * self.batch_size
        rows = self.order[begin : begin + (last + 1 - first) * self.batch_size]
        whole = len(rows) // self.batch_size * self.batch_size
        whole_batches = rows[:whole].reshape(-1, self.batch_size)
        return StepBlock(whole_batches, rows[whole:], self._values(first, last))


class StreamedData(DeviceData):
    """One chunk of rows on the device, and the plan of the steps over all chunks.

    The next chunk is read in a thread while the steps of one run. All chunks have the same number
    of rows, the last one filled up, so that they share a compilation.

    Args:
        x: `keras_vae.inputs.prepared.Arrays`.
        batch_size, block_size, seed, schedules, model: as for `DeviceData`.
    """

    def __init__(
        self,
        x: Arrays,
        batch_size: int,
        block_size: int | None = None,
        seed: int | None = None,
        schedules: list[Schedule] | None = None,
        model: keras.Model | None = None,
    ) -> None:
        self.arrays = x
        row_bytes = max(1, x.nbytes // len(x))
        limit = memory_limit()
        share = CHUNK_BYTES if limit is None else min(CHUNK_BYTES, int(CHUNK_SHARE * limit))
        self.plan = ChunkPlan(
            len(x),
            batch_size,
            max(1, share // row_bytes),
            max(1, PIECE_BYTES // row_bytes // x.piece_rows) * x.piece_rows,
            self._load,
            block_size,
            seed,
            schedules,
        )
        self.scheduled = [schedule.find(model) for schedule in schedules or []]
        self.data = None
        self._reader = ThreadPoolExecutor(1, "keras_vae_reader")
        self._ahead: dict[tuple[int, int], Future] = {}
        self._stand_in(keras.tree.map_structure(device_array, x.read(0, 1)))

    def _load(self, chunk: int) -> None:
        """Put a chunk in the place of the one before, and begin to read the next."""
        epoch = self.plan.epoch
        ahead = self._ahead.pop((epoch, chunk), None)
        values = self._read(self.plan.pieces(chunk)) if ahead is None else ahead.result()
        self._ahead.clear()  # of an epoch that was broken off
        if chunk + 1 < self.plan.num_chunks:
            pieces = self.plan.pieces(chunk + 1)
            self._ahead[epoch, chunk + 1] = self._reader.submit(self._read, pieces)
        self.data = None  # before there is another one
        self.data = keras.tree.map_structure(loops.to_device, values)

    def _read(self, pieces: list[tuple[int, int]]) -> Any:
        """The rows of a chunk, filled up to the rows of all chunks, as the device takes them."""
        parts = [self.arrays.read(first, last) for first, last in pieces]
        missing = min(self.plan.chunk_rows, self.plan.num_rows) - sum(b - a for a, b in pieces)

        def whole(*parts: np.ndarray) -> np.ndarray:
            filling = [np.broadcast_to(parts[0][:1], (missing, *parts[0].shape[1:]))]
            return device_array(np.concatenate([*parts, *filling]))

        return keras.tree.map_structure(whole, *parts)


def on_device(x: Any, *args: Any, **kwargs: Any) -> DeviceData:
    """`DeviceData` of arrays, `StreamedData` of what is too large for the device.

    Args:
        x: NumPy array, tensor, or a dict of such; or `keras_vae.inputs.prepared.Arrays`.
        *args, **kwargs: as for `DeviceData`.
    """
    return (StreamedData if isinstance(x, Arrays) else DeviceData)(x, *args, **kwargs)
