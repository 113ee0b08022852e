"""What a distribution is, and what it says of itself: the contract with every caller."""

from __future__ import annotations

import dataclasses
import enum
import functools
from typing import Any, NamedTuple, Protocol

from keras_vae.typing import Seed, Tensor


class Space(enum.Enum):
    """Where the events of a distribution lie. The value says it in an error message."""

    REAL = "real numbers"
    POSITIVE = "positive numbers"
    INTERVAL = "numbers of an interval"
    SIMPLEX = "points of a simplex"
    SPHERE = "on a sphere"
    BALL = "on the Poincaré ball"
    ONE_HOT = "discrete (one-hot vectors)"
    DISCRETE = "discrete"
    CODES = "codes"

    @property
    def kinds(self) -> frozenset[Space]:
        """The spaces of the event's pieces: this one."""
        return frozenset((self,))


class ProductSpace(NamedTuple):
    """The space of a vector whose pieces lie in different spaces, from left to right.

    Args:
        parts: tuple of `Space` or `ProductSpace`, one for each piece.
        sizes: tuple of int, the number of elements of each piece.
    """

    parts: tuple[Any, ...]
    sizes: tuple[int, ...]

    @property
    def kinds(self) -> frozenset[Space]:
        """The spaces of the event's pieces."""
        return frozenset().union(*(part.kinds for part in self.parts))

    @property
    def value(self) -> str:
        """The spaces in words, for an error message."""
        return " beside ".join(dict.fromkeys(part.value for part in self.parts))


def product_space(parts: tuple[Any, ...], sizes: tuple[int, ...]) -> Any:
    """The space of a vector of pieces: their own where all have the one that any vector fills.

    Args:
        parts: tuple of `Space` or `ProductSpace`, one for each piece.
        sizes: tuple of int, the number of elements of each piece.
    """
    # Only these are closed under putting vectors side by side: two directions are not a direction.
    for space in (Space.REAL, Space.POSITIVE, Space.INTERVAL, Space.DISCRETE):
        if all(part is space for part in parts):
            return space
    return ProductSpace(tuple(parts), tuple(sizes))


class Density(enum.Enum):
    """Of which points a distribution knows its log-density."""

    ANYWHERE = "any point"
    OWN_DRAWS = "its own draws only"
    NONE = "no point"


@dataclasses.dataclass(frozen=True)
class Traits:
    """What a distribution says of itself.

    Args:
        space: `Space` or `ProductSpace`, where events lie.
        element_ndim: int, the axes of one independent element of an event: 0 for numbers, 1 for
            one-hot vectors. `q._replace(event_ndim=element_ndim)` is then the distribution of the
            elements. Defaults to `None`: elements depend on each other.
        density: `Density`, of which points `log_prob` is known. Defaults to `Density.ANYWHERE`.
        scores_draws: bool, whether there is `sample_and_log_prob(num_samples, seed)`, which gives
            a draw and its log-density together. Needed with `Density.OWN_DRAWS`. Defaults to
            `False`.
        has_variance: bool, whether there is a `variance`, of each element. Defaults to `True`.
        class_ndim: int, the axes that parameters have behind those of an event: 1 for the logits of
            a categorical whose events are indices. Defaults to `0`.
        relaxes: distribution class that this one becomes as its temperature falls to 0, with the
            same logits. Defaults to `None`.
        parts: tuple of `Traits`, of the pieces of a product, from left to right. Defaults to `()`.
        leaves_state: bool, whether there is `state_at(z)`, which gives what the decoder needs of a
            draw: it need not go through the levels of `z` again. Defaults to `False`.
    """

    space: Space | ProductSpace
    element_ndim: int | None = None
    density: Density = Density.ANYWHERE
    scores_draws: bool = False
    has_variance: bool = True
    class_ndim: int = 0
    relaxes: type | None = None
    parts: tuple[Traits, ...] = ()
    leaves_state: bool = False

    @property
    def is_real(self) -> bool:
        """Whether events are vectors of any real numbers, which a gradient step may move."""
        return self.space is Space.REAL

    @property
    def elementwise(self) -> bool:
        """Whether `elementwise_log_prob` knows the log-density of each element."""
        if self.density is not Density.ANYWHERE:
            return False
        if self.parts:
            return all(part.elementwise for part in self.parts)
        return self.element_ndim is not None


def weakest_density(*traits: Traits) -> Density:
    """Of which points the density is known where that of each of several is needed."""
    order = list(Density)
    return order[max(order.index(each.density) for each in traits)]


class Distribution(Protocol):
    """What every distribution is: a named tuple of tensors with these members.

    Parameters end in `event_ndim` event axes, and every axis in front of them is kept. A class
    states its `traits`, once; a distribution made of others answers from its members.
    """

    @property
    def event_ndim(self) -> int:
        """Number of trailing axes that make one event."""

    @property
    def traits(self) -> Traits:
        """What callers may ask, in place of the type. A class may state it as an attribute."""

    @property
    def mean(self) -> Tensor:
        """The mean, or a typical point where it has no closed form, (..., event)."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density or log-probability of `x` in nats, (..., event) -> (...)."""

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """A draw, (..., event), or (num_samples, ..., event)."""


#: the members of `Distribution`
MEMBERS = ("event_ndim", "traits", "mean", "log_prob", "sample")


def is_distribution(value: Any) -> bool:
    """Whether a class, or an object of one, has the members of `Distribution`."""
    return not _missing_members(value if isinstance(value, type) else type(value))


@functools.cache
def _missing_members(cls: type) -> tuple[str, ...]:
    # Asked of the class, for a property may cost a pass or raise.
    return tuple(name for name in MEMBERS if name not in dir(cls))


def traits_of(q: Any) -> Traits:
    """What a distribution says of itself.

    Raises:
        ValueError: if it says nothing.
    """
    missing = _missing_members(type(q))
    if missing:
        raise ValueError(
            f"A distribution must have {list(MEMBERS)}, see keras_vae.distributions.Distribution. "
            f"Received: {type(q).__name__} without {list(missing)}"
        )
    return q.traits


def event_shape(q: Any) -> tuple[int, ...]:
    """The shape of one event of a distribution, without batch axes."""
    shape = tuple(q.mean.shape)
    return shape[len(shape) - q.event_ndim :]
