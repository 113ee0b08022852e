"""Product of independent distributions over one vector, as in JointVAE (Dupont, 2018)."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import (
    Traits,
    event_shape,
    product_space,
    weakest_density,
)
from keras_vae.distributions.events import draw_and_score
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor


class Product(NamedTuple):
    """Independent distributions over the pieces of a vector, from left to right.

    A piece is an event of its distribution, flattened: a normal over 10 latents and one-hot vectors
    (2, 3) are together a vector of 16 numbers.

    Args:
        parts: tuple of distributions with the same batch axes.

    Reference:
        - [Dupont, 2018](https://arxiv.org/abs/1804.00104)
    """

    parts: Any

    @property
    def traits(self) -> Traits:
        """Those of the parts together."""
        own = tuple(part.traits for part in self.parts)
        return Traits(
            product_space(tuple(part.space for part in own), self.sizes),
            density=weakest_density(*own),
            scores_draws=any(part.scores_draws for part in own),
            has_variance=all(part.has_variance for part in own),
            parts=own,
        )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The length of each piece."""
        return tuple(math.prod(event_shape(part)) for part in self.parts)

    @property
    def event_ndim(self) -> int:
        """The number of trailing axes that make one event, 1."""
        return 1

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        return side_by_side([part.mean for part in self.parts], self.parts)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return side_by_side([part.variance for part in self.parts], self.parts)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        pieces = zip(self.parts, self.split(x), strict=True)
        return sum(part.log_prob(piece) for part, piece in pieces)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw, (..., event), or (num_samples, ..., event); differentiable where the parts are."""
        seed = seed_stream(seed)
        return side_by_side(
            [part.sample(num_samples, seed=seed) for part in self.parts], self.parts
        )

    def sample_and_log_prob(
        self, num_samples: int | None = None, seed: Seed = None
    ) -> tuple[Tensor, Tensor]:
        """A draw, and its log-density in nats; see `sample`."""
        seed = seed_stream(seed)
        pairs = [draw_and_score(part, num_samples, seed) for part in self.parts]
        draws, log_probs = zip(*pairs, strict=True)
        return side_by_side(draws, self.parts), sum(log_probs)

    def split(self, x: Tensor) -> list[Tensor]:
        """The pieces of a vector, (..., event) -> list of (..., *event of the part)."""
        pieces, start = [], 0
        for part in self.parts:
            shape = event_shape(part)
            size = math.prod(shape)
            piece = x[..., start : start + size]
            pieces.append(ops.reshape(piece, (*ops.shape(x)[:-1], *shape)))
            start += size
        return pieces


def side_by_side(values: Any, parts: Any) -> Any:
    """One vector of values with different events, (..., event)."""
    flat = []
    for value, part in zip(values, parts, strict=True):
        shape = tuple(ops.shape(value))
        leading = shape[: len(shape) - part.event_ndim]
        flat.append(ops.reshape(value, (*leading, math.prod(event_shape(part)))))
    return ops.concatenate(flat, axis=-1)
