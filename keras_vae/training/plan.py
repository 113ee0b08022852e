"""Which rows of the data each step of an epoch takes, in blocks of steps."""

import math
from typing import Any, NamedTuple

import numpy as np

#: steps that one compiled call runs; long enough to hide its cost, short enough for progress bars
TARGET_BLOCK = 60


class Block(NamedTuple):
    """The steps of one compiled call.

    Args:
        rows: int32 array (steps, batch), the rows of the data that each step takes.
        rest: int32 array (rest,), the rows of a last short batch, mostly empty.
        values: float32 array (steps, with the short batch's), the KL weight of each step; or None.
    """

    rows: Any
    rest: Any
    values: Any


class Plan:
    """The steps of an epoch.

    Args:
        num_rows: int, examples in the data.
        batch_size: int.
        block: int, steps in a block. Defaults to `None`, about 60.
        seed: int, of the shuffles; None for rows in order. The order of an epoch depends on the
            seed and the epoch's number alone, so a resumed run shuffles like an unbroken one.
    """

    def __init__(self, num_rows, batch_size, block=None, seed=None):
        self.num_rows = num_rows
        self.batch_size = batch_size
        self.seed = seed
        self.steps = math.ceil(num_rows / batch_size)
        self.block = min(block or even_block(self.steps), self.steps)
        self.num_blocks = math.ceil(self.steps / self.block)
        self.schedule = None
        self.start(0)

    def start(self, epoch):
        """Begin an epoch: shuffle, and go back to the first block."""
        self.epoch = epoch
        self.order = np.arange(self.num_rows, dtype="int32")
        if self.seed is not None:
            np.random.default_rng([self.seed, epoch]).shuffle(self.order)
        self._next = 0

    def first_step(self, index):
        """The first step of a block."""
        return index * self.block

    def last_step(self, index):
        """The last step of a block."""
        return min((index + 1) * self.block, self.steps) - 1

    def next_block(self):
        """The next `Block` of the epoch."""
        first, last = self.first_step(self._next), self.last_step(self._next)
        self._next = (self._next + 1) % self.num_blocks
        rows = self.order[first * self.batch_size : (last + 1) * self.batch_size]
        whole = len(rows) // self.batch_size * self.batch_size
        whole_batches = rows[:whole].reshape(-1, self.batch_size)
        return Block(whole_batches, rows[whole:], self._values(first, last))

    def _values(self, first, last):
        if self.schedule is None:
            return None
        epochs = [self.epoch + step / self.steps for step in range(first, last + 1)]
        return np.array([self.schedule.weight(epoch) for epoch in epochs], dtype="float32")


def even_block(steps):
    """About `TARGET_BLOCK` steps, the blocks of an epoch as even as can be."""
    return math.ceil(steps / max(1, round(steps / TARGET_BLOCK)))
