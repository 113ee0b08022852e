"""What a likelihood asks of data, in plain values."""

import math
from typing import NamedTuple


class Limits(NamedTuple):
    """What a likelihood asks of data. Worker processes of data sets get it, so it holds no layer.

    Args:
        name: str, the likelihood's name, for the error.
        least: float, least value; -inf without one.
        greatest: float, greatest value; inf without one.
        steps: int, equal steps between the ends that data must lie on; or None.
        integers: bool, whether data must be whole numbers.
    """

    name: str
    least: float = -math.inf
    greatest: float = math.inf
    steps: int | None = None
    integers: bool = False

    @classmethod
    def of(cls, likelihood):
        """The limits of a `keras_vae.likelihoods.Likelihood`."""
        least, greatest = likelihood.support or (None, None)
        return cls(
            type(likelihood).__name__,
            -math.inf if least is None else float(least),
            math.inf if greatest is None else float(greatest),
            likelihood.support_steps,
            likelihood.integers,
        )

    @property
    def is_bounded(self):
        """Whether some real number is no data."""
        return self.least > -math.inf or self.greatest < math.inf

    def tolerance(self, dtype_eps):
        """How far rounding alone takes data of this machine epsilon beyond the ends."""
        ends = [abs(end) for end in (self.least, self.greatest) if math.isfinite(end)]
        # A scaler's rounding, or that of an image's resizing, is some units in the last place.
        return max(1e-6, 2.0 * dtype_eps) * max([1.0, *ends])

    def __str__(self):
        return f"[{self.least:g}, {self.greatest:g}]"
