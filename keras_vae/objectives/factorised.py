"""Densities of the latent elements, for objectives that look at each one."""

import math

from keras import ops


def check_factorised(owner, **distributions):
    """Raise a ValueError for the first distribution whose elements are not known one by one.

    Those that are say in `element_ndim` how many axes an element has: none, or one for the
    categories of a one-hot vector.
    """
    for name, distribution in distributions.items():
        if not hasattr(distribution, "element_ndim"):
            raise ValueError(
                f"{owner} needs a {name} with independent elements, such as Normal or Laplace, "
                "whose log-densities are known one by one (it says so by an `element_ndim`). "
                f"Received: {type(distribution).__name__}"
            )


def elementwise_log_prob(distribution, z):
    """log p of each latent element, (..., *latent) -> (..., elements)."""
    num_axes = distribution.event_ndim - distribution.element_ndim
    log_prob = distribution._replace(event_ndim=distribution.element_ndim).log_prob(z)
    if num_axes == 1:
        return log_prob
    leading = len(log_prob.shape) - num_axes
    size = math.prod(log_prob.shape[leading:])
    return ops.reshape(log_prob, (*ops.shape(log_prob)[:leading], size))


def same_row(z):
    """1 where two examples of a batch are the same one and 0 elsewhere, (batch, batch)."""
    # Counted, and not `ops.eye`, for batches whose size a graph does not know.
    rows = ops.reshape(z, (ops.shape(z)[0], -1))[:, 0]
    index = ops.cumsum(ops.ones_like(rows))
    return ops.cast(ops.equal(index[:, None], index[None, :]), rows.dtype)
