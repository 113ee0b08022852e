"""Active units (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.parts import check_non_negative


class ActiveUnits(NamedTuple):
    """What `active_units` gives.

    Args:
        count: int, number of active elements.
        active: bool array (latent), which.
        variance: array (latent), variance over examples of the posterior's mean.
    """

    count: int  # type: ignore[assignment]  # a tuple has a method of this name
    active: np.ndarray
    variance: np.ndarray


def active_units(
    model: Any,
    x: Any,
    threshold: float = 0.01,
    condition: Any = None,
    batch_size: int | None = None,
    verbose: Any = "auto",
) -> Any:
    """Latent elements that tell examples apart, by the variance of the posterior's mean.

    Args:
        model: `keras_vae.VAE`.
        x: array (n, event), or a dict of it and its condition.
        threshold: float >= 0, of the variance. Defaults to `0.01`, the paper's.
        condition, batch_size, verbose: as in `model.encode`.

    Returns:
        `ActiveUnits`.

    Raises:
        ValueError: if `x` does not fit the model or `threshold` is negative.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)

    Example:

    >>> keras_vae.evaluation.active_units(vae, x).count
    2
    """
    check_non_negative("active_units", threshold=threshold)
    means = model.encode(x, condition=condition, batch_size=batch_size, verbose=verbose)
    variance = means.var(axis=0, dtype="float64")
    active = variance > threshold
    return ActiveUnits(int(active.sum()), active, variance)
