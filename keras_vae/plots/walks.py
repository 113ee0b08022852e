"""What of a latent vector may move on its own: a number, or a categorical variable."""

from typing import NamedTuple

import numpy as np

from keras_vae.distributions import Distribution, Space
from keras_vae.distributions.distribution import event_shape

#: spaces in which a number moves without the others
NUMBERS = frozenset((Space.REAL, Space.POSITIVE, Space.INTERVAL))


class Walk(NamedTuple):
    """One number of the latent vector, or the categories of one variable.

    Args:
        start: int, the place of the number, or of the first category.
        num_categories: int, or None for a number.
    """

    start: int
    num_categories: int | None = None

    def through(self, base: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Latents (steps, latent) from the latent `base`: at the values (steps,), or categories."""
        if self.num_categories is None:
            latents = np.tile(base, (len(values), 1))
            latents[:, self.start] = values
            return latents
        latents = np.tile(base, (self.num_categories, 1))
        latents[:, self.start : self.start + self.num_categories] = np.eye(self.num_categories)
        return latents


def walks(prior: Distribution | None, size: int) -> list[Walk]:
    """What moves in latents of a prior, from left to right.

    Args:
        prior: distribution, or None for that of a function: all numbers move.
        size: int, the length of the latent vector.
    """
    if prior is None or not prior.traits.parts or prior.traits.space in NUMBERS:
        return [Walk(i) for i in range(size)]
    found, start = [], 0
    for part, length in zip(prior.parts, prior.sizes, strict=True):
        if part.traits.space is Space.ONE_HOT:
            categories = event_shape(part)[-1]
            found += [Walk(start + i, categories) for i in range(0, length, categories)]
        else:
            found += [Walk(start + i) for i in range(length)]
        start += length
    return found


def in_categories(base: np.ndarray, found: list[Walk]) -> np.ndarray:
    """The latent with each categorical variable in its likeliest category, (latent,)."""
    base = np.array(base, "float64")
    for walk in found:
        if walk.num_categories is not None:
            piece = base[walk.start : walk.start + walk.num_categories]
            piece[:] = np.eye(len(piece))[piece.argmax()]
    return base
