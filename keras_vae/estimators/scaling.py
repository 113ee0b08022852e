"""Columns at mean 0 and deviation 1, where any real number is data."""

from typing import Any

import numpy as np

#: deviations from the mean beyond which a value counts as if it lay there: far beyond all data, and
#: where float32 still knows its density
FARTHEST = 1e4


class Standardization:
    """Mean and deviation of each column that a likelihood over all real numbers scores.

    Columns of counts, of levels or of an interval stay as they are.

    Args:
        x: float64 array (n, features) of the training rows. NaN is left out.
        likelihood: the model's `keras_vae.likelihoods.Likelihood`.
    """

    def __init__(self, x: np.ndarray, likelihood: Any) -> None:
        free = np.zeros(x.shape[1], bool)
        for columns, member in likelihood.pieces():
            if member.support is None and not member.integers:
                free[slice(None) if columns is None else list(columns)] = True
        seen = ~np.isnan(x)
        count = np.maximum(seen.sum(axis=0), 1)
        mean = np.where(seen, x, 0.0).sum(axis=0) / count
        deviation = np.sqrt(np.where(seen, (x - mean) ** 2, 0.0).sum(axis=0) / count)
        self.mean = np.where(free, mean, 0.0)
        # A column that does not vary keeps its unit; rounding alone is not variation.
        varies = deviation > 1e-12 * np.maximum(np.abs(mean), 1e-300)
        self.scale = np.where(free & varies, deviation, 1.0)
        self.limit = np.where(free, FARTHEST, np.inf)

    def forward(self, x: np.ndarray) -> np.ndarray:
        """Rows as the model sees them, (n, features), float32."""
        values = (x - self.mean) / self.scale
        return np.clip(values, -self.limit, self.limit).astype("float32")

    def backward(self, x: np.ndarray) -> np.ndarray:
        """Rows in their own units, (n, features)."""
        return x.astype("float64") * self.scale + self.mean

    @property
    def log_scale(self) -> np.ndarray:
        """What a log-density of each column loses in its own units, in nats, (features,)."""
        return np.log(self.scale)
