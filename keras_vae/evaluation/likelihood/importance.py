"""Log-likelihood by importance sampling (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from typing import Any

import keras

from keras_vae.evaluation.estimate import Estimate
from keras_vae.evaluation.likelihood.density import check_likelihood, check_posterior, check_prior


def log_likelihood(
    model: Any,
    x: Any,
    num_samples: int = 5000,
    seed: int = 0,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """log p(x) by importance sampling from the posterior, with the mean's standard errors.

    `model.log_likelihood` of each example, log (1/S) sum_s p(x, z_s) / q(z_s|x) with exactly
    S = `num_samples` draws. It is below log p(x) in expectation, and rises with S: compare numbers
    at the same S only, and where it matters with `annealed_log_likelihood`.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its condition.
        num_samples: int, S. Defaults to `5000`.
        seed: int. Defaults to `0`.
        condition: array (n, condition) or labels (n,). Defaults to `None`.
        batch_size: int, latents decoded at once. Defaults to `None`, a size that fits.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`, a progress bar for long work.

    Returns:
        `Estimate` in nats, higher is better.

    Raises:
        NotApplicable: if the posterior is deterministic or the likelihood no density.
        ValueError: if `x` does not fit the model.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)

    Example:

    >>> estimate = keras_vae.evaluation.log_likelihood(vae, x, num_samples=10)
    >>> estimate.values.shape, estimate.standard_error < 1
    ((64,), True)
    """
    check_likelihood("log_likelihood", model)
    check_prior("log_likelihood", model)
    inputs = model.prepare(x, condition, in_support=True, complete=False)
    check_posterior("log_likelihood", first_posterior(model, inputs))
    values, errors = model.log_likelihood(
        inputs, num_samples, seed, batch_size, return_standard_error=True, verbose=verbose
    )
    return Estimate(values, errors, num_samples)


def first_posterior(model: Any, inputs: Any) -> Any:
    """q(z|x) of the first example, to see of what kind it is."""
    return model.posterior(keras.tree.map_structure(lambda a: a[:1], inputs))
