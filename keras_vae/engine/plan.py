"""Which rows of the data each step of an epoch takes, in blocks of steps."""

import math
from typing import NamedTuple

import numpy as np

from keras_vae.callbacks.schedule import Schedule

#: steps that one compiled call runs; long enough to hide its cost, short enough for progress bars
TARGET_BLOCK_SIZE = 60


class StepBlock(NamedTuple):
    """The steps of one compiled call.

    Args:
        rows: int32 array (steps, batch), the rows of the data that each step takes.
        rest: int32 array (rest,), the rows of a last short batch, mostly empty.
        values: float32 array (steps, schedules), with a row for the short batch, the values of the
            scheduled variables at each step.
    """

    rows: np.ndarray
    rest: np.ndarray
    values: np.ndarray


class Plan:
    """The steps of an epoch.

    Args:
        num_rows: int, examples in the data.
        batch_size: int.
        block_size: int, steps in a block. Defaults to `None`, about 60.
        seed: int, of the shuffles; `None` for rows in order. The order of an epoch depends on the
            seed and the epoch's number alone, so a resumed run shuffles like an unbroken one.
        schedules: list of `keras_vae.callbacks.Schedule`, whose values travel with the blocks.
            Defaults to none.
    """

    def __init__(
        self,
        num_rows: int,
        batch_size: int,
        block_size: int | None = None,
        seed: int | None = None,
        schedules: list[Schedule] | None = None,
    ) -> None:
        self.num_rows = num_rows
        self.batch_size = batch_size
        self.seed = seed
        self.schedules = schedules or []
        self.steps = math.ceil(num_rows / batch_size)
        self.block_size = min(block_size or even_block_size(self.steps), self.steps)
        self.num_blocks = math.ceil(self.steps / self.block_size)
        self.start(0)

    def start(self, epoch: int) -> None:
        """Begin an epoch: shuffle, and go back to the first block."""
        self.epoch = epoch
        self.order = np.arange(self.num_rows, dtype="int32")
        if self.seed is not None:
            np.random.default_rng([self.seed, epoch]).shuffle(self.order)
        self._next = 0

    def first_step(self, index: int) -> int:
        """The first step of a block."""
        return index * self.block_size

    def last_step(self, index: int) -> int:
        """The last step of a block."""
        return min((index + 1) * self.block_size, self.steps) - 1

    def next_block(self) -> StepBlock:
        """The next `StepBlock` of the epoch."""
        first, last = self.first_step(self._next), self.last_step(self._next)
        self._next = (self._next + 1) % self.num_blocks
        rows = self.order[first * self.batch_size : (last + 1) * self.batch_size]
        whole = len(rows) // self.batch_size * self.batch_size
        whole_batches = rows[:whole].reshape(-1, self.batch_size)
        return StepBlock(whole_batches, rows[whole:], self._values(first, last))

    def _values(self, first, last):
        values = np.zeros((last + 1 - first, len(self.schedules)), "float32")
        for column, schedule in enumerate(self.schedules):
            for row, step in enumerate(range(first, last + 1)):
                values[row, column] = schedule.value_at(self.epoch, step, self.steps)
        return values


def even_block_size(steps: int) -> int:
    """About `TARGET_BLOCK_SIZE` steps, the blocks of an epoch as even as can be."""
    return math.ceil(steps / max(1, round(steps / TARGET_BLOCK_SIZE)))
