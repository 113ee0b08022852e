"""Densities of the latent elements, for objectives that look at each one."""

import math

from keras import ops

from keras_vae.distributions import Laplace, Logistic, Normal

#: distributions whose elements are independent, scored one by one with event_ndim=0
FACTORISED = (Normal, Laplace, Logistic)


def check_factorised(owner, **distributions):
    """Raise a ValueError for the first distribution whose elements are not known one by one."""
    for name, distribution in distributions.items():
        if not isinstance(distribution, FACTORISED):
            known = [family.__name__ for family in FACTORISED]
            raise ValueError(
                f"{owner} needs a {name} with independent elements, one of {known}. "
                f"Received: {type(distribution).__name__}"
            )


def elementwise_log_prob(distribution, z):
    """log p of each latent element, (..., *latent) -> (..., elements)."""
    event_ndim = distribution.event_ndim
    log_prob = distribution._replace(event_ndim=0).log_prob(z)
    if event_ndim == 1:
        return log_prob
    shape = z.shape[len(z.shape) - event_ndim :]
    return ops.reshape(log_prob, (*ops.shape(z)[: len(z.shape) - event_ndim], math.prod(shape)))


def same_row(z):
    """1 where two examples of a batch are the same one and 0 elsewhere, (batch, batch)."""
    # Counted, and not `ops.eye`, for batches whose size a graph does not know.
    rows = ops.reshape(z, (ops.shape(z)[0], -1))[:, 0]
    index = ops.cumsum(ops.ones_like(rows))
    return ops.cast(ops.equal(index[:, None], index[None, :]), rows.dtype)
