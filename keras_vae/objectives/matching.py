"""Distances between the latents of a batch and as many draws of the prior."""

import math
from typing import Any

from keras import ops

from keras_vae import backend
from keras_vae.distributions import draw
from keras_vae.objectives.factorised import same_row
from keras_vae.typing import Seed

#: of the kernels' widths, from Tolstikhin et al.'s code
SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def prior_draws(trace: Any, seed: Seed) -> Any:
    """A draw of the prior for each example, (batch, latent), without gradient."""
    if trace.condition is not None and _has_batch_axis(trace):
        z, _ = draw(trace.prior, seed=seed)
    else:
        z, _ = draw(trace.prior, ops.shape(trace.z)[0], seed=seed)
    return ops.stop_gradient(z)


def _has_batch_axis(trace):
    return len(trace.prior.mean.shape) == len(trace.z.shape)


def mmd(first: Any, second: Any, kernel: str = "imq", scales: tuple[float, ...] = SCALES) -> Any:
    """Squared maximum mean discrepancy, unbiased, of as many examples each; a scalar.

    The kernel is a sum over scales: C s / (C s + d^2), inverse multiquadratic, or exp(-d^2 / C s),
    radial basis function, with d the distance and C = 2 * elements, the mean of d^2 between draws
    of a standard normal.

    Args:
        first: tensor (batch, latent).
        second: tensor (batch, latent).
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.
        scales: tuple of float. Defaults to `SCALES`.

    Returns:
        The estimate, of either sign; 0 for a batch of one, which has no pairs.
    """
    first, second = flat(first), flat(second)
    size = ops.cast(ops.shape(first)[0], first.dtype)
    pairs = ops.maximum(size * (size - 1.0), 1.0)
    others = 1.0 - same_row(first)  # an example's likeness to itself would bias the estimate
    within = ops.sum(others * gram(first, first, kernel, scales))
    within = within + ops.sum(others * gram(second, second, kernel, scales))
    # Pairs (i, i) are left out here too. They would not bias the estimate, but without them it has
    # less noise, and is zero for one example.
    between = ops.sum(others * gram(first, second, kernel, scales))
    return (within - 2.0 * between) / pairs


def gram(first: Any, second: Any, kernel: Any, scales: Any) -> Any:
    """The kernel between all pairs, (batch, batch)."""
    # By differences: squares and products would cancel, all the more in reduced precision.
    distance = ops.sum(ops.square(first[:, None] - second[None, :]), axis=-1)
    widths = [2.0 * first.shape[-1] * scale for scale in scales]
    if kernel == "rbf":
        return sum(ops.exp(-distance / width) for width in widths)
    return sum(width / (width + distance) for width in widths)


def sliced_wasserstein(
    first: Any, second: Any, num_projections: int, power: Any, seed: Seed
) -> Any:
    """Mean over random directions of the Wasserstein distance to a power; a scalar.

    Args:
        first: tensor (batch, latent).
        second: tensor (batch, latent).
        num_projections: int, random directions.
        power: 1 or 2, of the distances.
        seed: `keras.random.SeedGenerator`.
    """
    first, second = flat(first), flat(second)
    directions = backend.normal((first.shape[-1], num_projections), seed=seed)
    directions = directions / ops.sqrt(ops.sum(ops.square(directions), axis=0) + 1e-12)
    # In one dimension the best plan joins the sorted ones.
    first = ops.sort(ops.matmul(first, directions), axis=0)
    second = ops.sort(ops.matmul(second, directions), axis=0)
    distance = ops.abs(first - second)
    return ops.mean(ops.square(distance) if power == 2 else distance)


def flat(values: Any) -> Any:
    """(batch, *latent) -> (batch, elements)."""
    return ops.reshape(values, (-1, math.prod(values.shape[1:])))
