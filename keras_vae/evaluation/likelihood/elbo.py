"""The evidence lower bound and its two parts."""

from typing import Any, NamedTuple

import numpy as np
from keras import ops

from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.likelihood.density import check_likelihood, check_posterior, check_prior
from keras_vae.evaluation.likelihood.importance import first_posterior
from keras_vae.models.log_likelihood import ROWS
from keras_vae.models.programs import seeded_program
from keras_vae.parts import check_count


class ELBO(NamedTuple):
    """What `elbo` gives, each an `Estimate` in nats.

    Args:
        elbo: minus distortion, minus rate; higher is better.
        distortion: -E log p(x|z), lower is better.
        rate: KL(q(z|x) || p(z)).
    """

    elbo: Estimate
    distortion: Estimate
    rate: Estimate


def elbo(
    model: Any,
    x: Any,
    num_samples: int = 1,
    seed: int = 0,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """The evidence lower bound of each example, and its parts distortion and rate.

    Always the plain bound with weight 1 on the KL, whatever objective the model was trained by. The
    rate is in closed form where it is known.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its condition.
        num_samples: int, draws of z for each example, whose mean counts. Defaults to `1`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `ELBO` of three `Estimate`s.

    Raises:
        NotApplicable: if the posterior is deterministic or the likelihood no density.
        ValueError: if `x` does not fit the model or `num_samples` is not a positive integer.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    Example:

    >>> bound = keras_vae.evaluation.elbo(vae, x)
    >>> abs(bound.elbo.mean + bound.distortion.mean + bound.rate.mean) < 1e-4
    True
    """
    check_count("elbo", num_samples=num_samples, batch_size=batch_size or 1)
    check_likelihood("elbo", model)
    check_prior("elbo", model)
    inputs = model.prepare(x, condition, in_support=True, complete=False)
    check_posterior("elbo", first_posterior(model, inputs))
    rows = max(1, (batch_size or ROWS) // num_samples)
    program = seeded_program(
        model, f"elbo_{num_samples}", lambda x, g: _moments(model, x, num_samples, g), seed
    )

    def moments(given: dict[str, np.ndarray]) -> np.ndarray:
        return np.moveaxis(program.run(given, rows, verbose).astype("float64"), -1, 0)

    means, errors = model.conditioning.bound(moments, inputs)
    names = ("elbo", "distortion", "rate")
    return ELBO(*(Estimate(means[:, i], errors[:, i], num_samples) for i in range(len(names))))


def _moments(model, x, num_samples, seed):
    """Means over the draws and their standard errors, (batch, terms, 2)."""
    trace = model.trace(x, num_samples=num_samples, seed=seed)
    distortion = -trace.log_likelihood()  # (samples, batch)
    rate = ops.broadcast_to(trace.kl(), ops.shape(distortion))
    terms = ops.stack([-distortion - rate, distortion, rate], axis=-1)
    # As differences from the first draw, so that the mean of equal numbers is exactly that number.
    first, terms = terms[0], terms - terms[:1]
    means = first + ops.mean(terms, axis=0)
    if num_samples == 1:
        return ops.stack([means, ops.full_like(means, float("inf"))], axis=-1)
    errors = ops.std(terms, axis=0) / float(np.sqrt(num_samples - 1))
    return ops.stack([means, errors], axis=-1)
