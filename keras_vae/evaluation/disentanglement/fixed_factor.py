"""Batches of codes in which one factor is fixed, from codes and factors of a grid or a sample."""

from collections.abc import Iterator
from typing import Any

import numpy as np

#: numbers drawn at once
_BLOCK = 2**22


class FixedFactor:
    """Draws batches in which one factor, chosen at random, has one value.

    The value is that of a row chosen at random; the batch are rows with the same value, drawn with
    replacement, whose other factors are as in the data. Over a full grid, or a sample of one with
    independent factors, that is a draw of the other factors.

    Args:
        owner: str, the function that was called.
        codes: array (n, latent).
        factors: integer array (n, factors) of numbers from 0.
        seed: int.

    Raises:
        ValueError: if a factor has no value that two rows share.
    """

    def __init__(self, owner: str, codes: Any, factors: Any, seed: int) -> None:
        self.codes = codes
        self.rng = np.random.default_rng(seed)
        self.rows = [np.argsort(column, kind="stable") for column in factors.T]
        self.counts = [np.bincount(column) for column in factors.T]
        self.starts = [np.cumsum(counts) - counts for counts in self.counts]
        # A row whose value no other row has would be compared to itself.
        self.anchors = [
            column[counts[column] > 1]
            for column, counts in zip(factors.T, self.counts, strict=True)
        ]
        alone = [i for i, anchors in enumerate(self.anchors) if not len(anchors)]
        if alone:
            raise ValueError(
                f"{owner} needs several examples with the same value of each factor. "
                f"Received: factors {alone} without; draw a larger sample, or fewer values"
            )

    def batches(self, num_batches: int, batch_size: int, num_sides: int = 1) -> Iterator[Any]:
        """Blocks of batches.

        Args:
            num_batches: int, in all.
            batch_size: int.
            num_sides: int, how many rows stand side by side with the same value, which is another
                one in each place of the batch; 1 for batches with one value. Defaults to `1`.

        Yields:
            The fixed factors (batches,), and codes (batches, batch_size, latent), or
            (batches, batch_size, num_sides, latent) for several sides.
        """
        size = max(1, _BLOCK // (batch_size * num_sides * self.codes.shape[1]))
        for first in range(0, num_batches, size):
            count = min(size, num_batches - first)
            chosen = self.rng.integers(len(self.rows), size=count)
            shape = (batch_size,) if num_sides == 1 else (batch_size, num_sides)
            rows = np.empty((count, *shape), int)
            for factor in range(len(self.rows)):
                here = np.flatnonzero(chosen == factor)
                rows[here] = self._draw(factor, (len(here), *shape), num_sides)
            yield chosen, self.codes[rows]

    def _draw(self, factor, shape, num_sides):
        # One value for a batch, or for each place in it.
        places = shape[:1] if num_sides == 1 else shape[:2]
        value = self.rng.choice(self.anchors[factor], size=places)[..., None]
        start, count = self.starts[factor][value], self.counts[factor][value]
        return self.rows[factor][start + (self.rng.random(shape) * count).astype(int)]
