"""Densities of the latent elements, for objectives that look at each one."""

from keras import ops

from keras_vae.distributions import Distribution
from keras_vae.distributions.distribution import traits_of
from keras_vae.distributions.elementwise import elementwise_log_prob
from keras_vae.typing import Tensor

__all__ = ["check_factorised", "elementwise_log_prob", "same_row"]


def check_factorised(owner: str, **distributions: Distribution) -> None:
    """Raise a ValueError for the first distribution whose elements are not known one by one.

    Those that are say so in their `traits`, by an `element_ndim`.
    """
    for name, distribution in distributions.items():
        if not traits_of(distribution).elementwise:
            raise ValueError(
                f"{owner} needs a {name} with independent elements, such as Normal or Laplace, "
                "whose log-densities are known one by one (its traits say so by an "
                f"`element_ndim`). Received: {type(distribution).__name__}"
            )


def same_row(z: Tensor) -> Tensor:
    """1 where two examples of a batch are the same one and 0 elsewhere, (batch, batch)."""
    # Counted, and not `ops.eye`, for batches whose size a graph does not know.
    rows = ops.reshape(z, (ops.shape(z)[0], -1))[:, 0]
    index = ops.cumsum(ops.ones_like(rows))
    return ops.cast(ops.equal(index[:, None], index[None, :]), rows.dtype)
