"""A number of each example, and what their mean is known to."""

import dataclasses
from typing import Any

import numpy as np


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A number of each example, its mean, and two standard errors of the mean.

    They answer different questions. `standard_error` says how much the mean would change with
    other examples of the same kind, and is what stands beside it in tables. `sampling_error` says
    how much it would change with other draws of z for the same examples.

    Args:
        values: float64 array (n,), an estimate for each example.
        errors: float64 array (n,), the standard errors of these from finitely many draws; zeros
            where nothing was drawn, infinite for a single draw.
        num_samples: int, draws (or chains) for each example.
        unit: str. Defaults to `"nats"`.

    Example:

    >>> estimate = keras_vae.evaluation.Estimate(np.array([-3.0, -1.0]), np.zeros(2), 100)
    >>> estimate.mean, estimate.standard_error
    (-2.0, 1.0)
    >>> print(estimate)
    -2.0000 +- 1.0000 nats, 2 examples
    """

    values: np.ndarray
    errors: np.ndarray
    num_samples: int
    unit: str = "nats"

    @property
    def num_examples(self) -> Any:
        """The number of examples, n."""
        return len(self.values)

    @property
    def mean(self) -> Any:
        """Mean over examples, a float."""
        return float(np.mean(self.values))

    @property
    def standard_error(self) -> Any:
        """Standard error of the mean over examples, a float; infinite for one example."""
        if self.num_examples < 2:
            return float("inf")
        return float(np.std(self.values, ddof=1) / np.sqrt(self.num_examples))

    @property
    def sampling_error(self) -> Any:
        """Standard error of the mean from finitely many draws for each example, a float."""
        return float(np.sqrt(np.sum(np.square(self.errors))) / self.num_examples)

    def scaled(self, factor: Any, unit: Any, shift: Any = 0.0) -> Any:
        """The same numbers, `factor` times and then shifted, in another unit."""
        return Estimate(
            factor * self.values + shift, abs(factor) * self.errors, self.num_samples, unit
        )

    def __str__(self) -> str:
        spread = f"{self.standard_error:.4f} {self.unit}"
        return f"{self.mean:.4f} +- {spread}, {self.num_examples} examples"
