"""log p(x) by importance sampling (Burda et al., 2015), arxiv.org/abs/1509.00519."""

import math
import warnings
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae.checks import is_free
from keras_vae.models.programs import Batches, progress_bar, seeded_program
from keras_vae.parts import check_count
from keras_vae.typing import Seed

#: nats for each data element below which scores are warned of: no density of data of about unit
#: scale falls there, unless its latents lie where the decoder has never been
LEAST_SCORE = -1e4
#: latents decoded at once; more of them would leave a CPU's cache
ROWS = 2_000


def log_likelihood(
    vae: Any,
    x: Any,
    num_samples: int,
    seed: Seed,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """Estimates of log p(x) in nats and their standard errors, a pair of arrays (n,).

    The draws of an example are split into chunks that fit into memory; the chunks' sums of weights
    are added in log space, so that exactly `num_samples` draws count, each once.

    Args:
        vae: `VAE`.
        x: array (n, event), or a dict of it and its condition.
        num_samples: int >= 1, draws for each example.
        seed: int or `keras.random.SeedGenerator`.
        batch_size: int, latents decoded at once. Defaults to `None`, 2,000.
        verbose: `"auto"`, 0, 1 or 2. Defaults to `"auto"`.

    Raises:
        ValueError: if `batch_size` is not a positive integer.
    """
    rows = ROWS if batch_size is None else batch_size
    check_count("log_likelihood", batch_size=rows)
    seed = keras.random.SeedGenerator(seed) if isinstance(seed, int) else seed
    chunk = min(num_samples, rows)
    repeats, rest = divmod(num_samples, chunk)
    parts = [_sums(vae, x, chunk, repeats, rows, seed, verbose)]
    if rest:
        parts.append(_sums(vae, x, rest, 1, rows, seed, verbose))
    log_sums = np.logaddexp.reduce(np.concatenate(parts), axis=0, dtype="float64")
    return _estimate(log_sums[:, 0], log_sums[:, 1], num_samples)


def _estimate(log_sum, log_sum_of_squares, num_samples):
    estimate = log_sum - np.log(num_samples)
    if num_samples == 1:
        return estimate, np.full_like(estimate, np.inf)
    # Delta method: the relative standard error of the mean weight.
    ratio = np.exp(log_sum_of_squares - np.log(num_samples) - 2 * estimate)
    return estimate, np.sqrt(np.maximum(ratio - 1.0, 0.0) / (num_samples - 1))


def _sums(vae, x, chunk, repeats, rows, seed, verbose):
    """log of the sums of weights and of their squares, (repeats, n, 2), `chunk` draws in each."""
    name = f"log_weights_{chunk}"
    program = seeded_program(vae, name, lambda x, g: _log_sums(vae, x, chunk, g), seed)
    batches = Batches(x, max(1, rows // chunk))
    bar = progress_bar(len(batches) * repeats, verbose)
    sums = []
    for batch in batches:
        parts = [program.forward(batch) for _ in range(repeats)]
        sums.append(np.stack([ops.convert_to_numpy(part) for part in parts]))
        bar.add(repeats)
    return np.concatenate(sums, axis=1)[:, : batches.num_rows]


def _log_sums(vae, x, chunk, seed):
    """log sum w and log sum w^2 over `chunk` draws, (batch, 2), in float32."""
    log_weight = vae.trace(x, num_samples=chunk, seed=seed).log_weight()  # (chunk, batch)
    sums = [ops.logsumexp(log_weight, axis=0), ops.logsumexp(2.0 * log_weight, axis=0)]
    return ops.stack(sums, axis=-1)


def warn_of_far_scores(values: np.ndarray, data_shape: tuple[int, ...]) -> None:
    """Warn if the mean log-likelihood is of a size that only data of another kind have.

    Args:
        values: array (n,), in nats.
        data_shape: shape of one example.
    """
    mean = float(np.mean(values))
    if not is_free(data_shape) and mean < LEAST_SCORE * math.prod(data_shape):
        warnings.warn(
            f"The mean log-likelihood of these data is {mean:.3g} nats: they are of another kind "
            "than those that the model was trained on, or of another scale. Such scores do not "
            "compare.",
            UserWarning,
            stacklevel=3,
        )
