"""Densities of the elements of an event, where they are independent."""

import math

from keras import ops

from keras_vae.distributions.distribution import Distribution, traits_of
from keras_vae.typing import Tensor


def elementwise_log_prob(q: Distribution, x: Tensor) -> Tensor:
    """log p of each independent element in nats, (..., event) -> (..., elements).

    An element is a number, or the one-hot vector of a categorical variable. The elements of a
    `Product` are those of its parts, from left to right.

    Args:
        q: distribution whose `traits.elementwise` is true.
        x: tensor (..., event).

    Raises:
        ValueError: if the elements of `q` are not known one by one.
    """
    traits = traits_of(q)
    if not traits.elementwise:
        raise ValueError(
            "elementwise_log_prob needs a distribution with independent elements whose densities "
            f"are known. Received: {type(q).__name__} with {traits}"
        )
    if traits.parts:
        pieces = zip(q.parts, q.split(x), strict=True)
        return ops.concatenate([elementwise_log_prob(*pair) for pair in pieces], axis=-1)
    element_ndim = traits.element_ndim or 0
    log_prob = q._replace(event_ndim=element_ndim).log_prob(x)
    return flat_elements(log_prob, q.event_ndim - element_ndim)


def flat_elements(values: Tensor, num_axes: int) -> Tensor:
    """The last `num_axes` axes as one, (..., *elements) -> (..., elements)."""
    if num_axes == 1:
        return values
    leading = len(values.shape) - num_axes
    size = math.prod(values.shape[leading:])
    return ops.reshape(values, (*ops.shape(values)[:leading], size))
