"""A distribution of data of which only a part is observed."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Distribution, Traits, is_distribution
from keras_vae.distributions.elementwise import elementwise_log_prob, flat_elements
from keras_vae.typing import Seed, Tensor


class Observed(NamedTuple):
    """p(x) whose density is that of the observed elements of x, the others integrated out.

    The values in the place of what is missing are not looked at: they change neither the density
    nor its gradient. Mean, variance and draws are those of all elements.

    Args:
        base: distribution whose `traits.elementwise` is true.
        mask: tensor (batch, event), 1 where x is observed and 0 elsewhere. A one-hot vector is
            observed if all of it is.
        filler: number or array (event), a point where the density is finite.
    """

    base: Any
    mask: Any
    filler: Any

    @property
    def event_ndim(self) -> int:
        """The number of trailing axes that make one event."""
        return self.base.event_ndim

    @property
    def traits(self) -> Traits:
        """Those of the base."""
        return self.base.traits

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        return self.base.mean

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return self.base.variance

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of what is observed in nats, (..., event) -> (...); 0 if that is nothing."""
        # Selected before and after: a gradient of zero times an infinite one would be NaN.
        x = ops.where(self.mask > 0, x, ops.cast(self.filler, x.dtype))
        each = elementwise_log_prob(self.base, x)  # (..., elements)
        return ops.sum(ops.where(self._elements > 0, each, 0.0), axis=-1)

    @property
    def _elements(self):
        """The mask of each element, (batch, elements)."""
        return _element_mask(self.base, self.mask)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of all elements, (..., event), or (num_samples, ..., event)."""
        return self.base.sample(num_samples, seed)


def _element_mask(q: Distribution, mask: Tensor) -> Tensor:
    """The mask in the order of `elementwise_log_prob`."""
    traits = q.traits
    if traits.parts:
        pieces = zip(q.parts, q.split(mask), strict=True)
        return ops.concatenate([_element_mask(*pair) for pair in pieces], axis=-1)
    element_ndim = traits.element_ndim or 0
    if element_ndim:
        mask = ops.min(mask, axis=tuple(range(-element_ndim, 0)))
    return flat_elements(mask, q.event_ndim - element_ndim)


def check_elementwise(owner: str, p: Any) -> None:
    """Raise a ValueError unless the density of each element of `p` is known by itself."""
    if not is_distribution(p) or not p.traits.elementwise:
        raise ValueError(
            f"missing=True needs a likelihood that scores each element by itself, so that those "
            f"that are missing can be left out. Received: {owner}, whose elements depend on each "
            "other"
        )
