"""What a likelihood asks of data, in plain values."""

import math
from typing import Any, NamedTuple


class Limits(NamedTuple):
    """What a likelihood asks of data. Worker processes of data sets get it, so it holds no layer.

    Args:
        name: str, the likelihood's name, for the error.
        least: float, least value; -inf without one.
        greatest: float, greatest value; inf without one.
        steps: int, equal steps between the ends that data must lie on; or None.
        integers: bool, whether data must be whole numbers.
        open_ends: bool, whether the ends themselves are not data.
        pieces: tuple of pairs of columns (tuple of int) and their `Limits`, where columns differ.
    """

    name: str
    least: float = -math.inf
    greatest: float = math.inf
    steps: int | None = None
    integers: bool = False
    open_ends: bool = False
    pieces: tuple = ()

    @classmethod
    def of(cls, likelihood: Any) -> Any:
        """The limits of a `keras_vae.likelihoods.Likelihood`."""
        pieces = likelihood.pieces()
        if pieces == [(None, likelihood)]:
            return cls._of_all(likelihood)
        own = tuple((columns, cls.of(member)) for columns, member in pieces)
        return cls(type(likelihood).__name__, pieces=own)

    @classmethod
    def _of_all(cls, likelihood: Any) -> "Limits":
        least, greatest = likelihood.support or (None, None)
        return cls(
            type(likelihood).__name__,
            -math.inf if least is None else float(least),
            math.inf if greatest is None else float(greatest),
            likelihood.support_steps,
            likelihood.integers,
            likelihood.open_support,
        )

    @property
    def is_bounded(self) -> bool:
        """Whether some real number is not data, in some column."""
        return bool(self.pieces) or self.least > -math.inf or self.greatest < math.inf

    def tolerance(self, dtype_eps: Any) -> Any:
        """How far rounding alone takes data of this machine epsilon beyond the ends."""
        ends = [abs(end) for end in (self.least, self.greatest) if math.isfinite(end)]
        # A scaler's rounding, or that of an image's resizing, is some units in the last place.
        return max(1e-6, 2.0 * dtype_eps) * max([1.0, *ends])

    def __str__(self) -> str:
        left, right = "()" if self.open_ends else "[]"
        return f"{left}{self.least:g}, {self.greatest:g}{right}"
