"""What several steps share."""

from collections.abc import Callable
from typing import Any

from keras import ops

#: The least factor by which a constrained step may shrink a direction. With zero, the limit of the
#: papers' constraints, float32 would reach it, and with it log 0.
MARGIN = 1e-3
#: the largest log-scale of one affine step: several in a row, squared, must fit into float32
LOG_SCALE_LIMIT = 3.0


def tanh_slope(x: Any) -> Any:
    """tanh'(x) = 1 - tanh(x)^2, with all its digits where it is next to zero."""
    return 4.0 * ops.sigmoid(2.0 * x) * ops.sigmoid(-2.0 * x)


def bounded_log_scale(x: Any) -> Any:
    """`x` where it is small, and never beyond -LOG_SCALE_LIMIT or LOG_SCALE_LIMIT."""
    return LOG_SCALE_LIMIT * ops.tanh(x / LOG_SCALE_LIMIT)


def no_inverse(step: Any) -> Any:
    """The error of a step whose inverse has no closed form."""
    return ValueError(
        f"The inverse of flows.{type(step).__name__} has no closed form: log-densities are known "
        "of draws, by sample_and_log_prob, and not of any other latents. Received: latents"
    )


def solve(update: Callable[..., Any], z: Any) -> Any:
    """The fixed point of `update`, whose element i depends on the elements in front of i only.

    Args:
        update: function (..., latent) -> (..., latent).
        z: tensor (..., latent), for its shape.
    """
    z = ops.zeros_like(z)
    # Only what is known already goes in: what an update gives elsewhere may grow past float32.
    for i in range(z.shape[-1]):
        z = ops.concatenate([z[..., :i], update(z)[..., i : i + 1], z[..., i + 1 :]], axis=-1)
    return z
