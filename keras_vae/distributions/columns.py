"""Independent distributions over the columns of a table."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.distributions.distribution import Traits
from keras_vae.distributions.product import Product
from keras_vae.typing import Seed, Tensor


class Columns(NamedTuple):
    """Independent distributions over groups of columns of rows (..., columns), anywhere in the row.

    A `Product` whose vector is laid out as the data are.

    Args:
        parts: tuple of distributions with the same batch axes, over vectors: each has
            `event_ndim=1`.
        numbers: tuple of tuples of int, the columns of each part. Together they are all columns,
            each once.
        names: tuple of str, of the parts.

    Example:

    >>> one, two = keras.ops.zeros((1,)), keras.ops.zeros((2,))
    >>> p = keras_vae.distributions.Columns(
    ...     (keras_vae.distributions.Normal(one, one), keras_vae.distributions.Bernoulli(two)),
    ...     ((1,), (0, 2)),
    ...     ("height", "flags"),
    ... )
    >>> sorted(p.log_prob_by_column(keras.ops.array([1.0, 0.3, 0.0])))
    ['flags', 'height']
    """

    parts: Any
    numbers: Any
    names: Any

    @property
    def event_ndim(self) -> int:
        """The number of trailing axes that make one event, 1."""
        return 1

    @property
    def in_groups(self) -> Product:
        """The same distribution with the groups side by side."""
        return Product(self.parts)

    @property
    def traits(self) -> Traits:
        """Those of the parts together, in the order of the groups."""
        return self.in_groups.traits

    @property
    def mean(self) -> Tensor:
        """Mean, (..., columns)."""
        return self._row(self.in_groups.mean)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., columns)."""
        return self._row(self.in_groups.variance)

    def split(self, x: Tensor) -> list:
        """The columns of each part, (..., columns) -> list of (..., columns of the part)."""
        return [ops.take(x, np.array(numbers), axis=-1) for numbers in self.numbers]

    def log_prob_by_column(self, x: Tensor) -> dict[str, Tensor]:
        """Log-density of each group by name, in nats, (...) each."""
        pieces = zip(self.names, self.parts, self.split(x), strict=True)
        return {name: part.log_prob(piece) for name, part, piece in pieces}

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of rows in nats, (..., columns) -> (...)."""
        return sum(self.log_prob_by_column(x).values())

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw, (..., columns), or (num_samples, ..., columns); gradients as of the parts."""
        return self._row(self.in_groups.sample(num_samples, seed))

    def _row(self, groups):
        """What stands in the order of the groups, in the order of the columns."""
        order = np.argsort([number for numbers in self.numbers for number in numbers])
        return ops.take(groups, order, axis=-1)
