"""Mutual information gap (Chen et al., 2018), arxiv.org/abs/1802.04942."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import choose
from keras_vae.evaluation.disentanglement.arrays import (
    check_arrays,
    entropy,
    in_bins,
    mutual_information,
)
from keras_vae.parts import check_count


def mig(
    codes: Any, factors: Any, num_bins: int = 20, num_samples: int = 10_000, seed: int = 0
) -> float:
    """Mutual information gap: how far the best latent of a factor is ahead of the second best.

    For each factor, the difference of the two largest mutual informations of a latent with it, over
    the factor's entropy; the mean over factors. Codes are put into bins of equal width.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        num_bins: int, for each latent. Defaults to `20`; a factor with more values cannot reach 1.
        num_samples: int, examples that count, drawn at random if there are more. Defaults to
            `10_000`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1]; 1 where one latent for each factor knows all of it, and no other any.

    Raises:
        ValueError: if the arrays do not fit, or there are fewer than two latents.

    References:
        - [Chen et al., 2018](https://arxiv.org/abs/1802.04942)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), bins and counts

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> round(keras_vae.evaluation.mig(factors * [1.0, -2.0], factors), 6)
    1.0
    """
    codes, factors = check_arrays("mig", codes, factors, least_latents=2)
    check_count("mig", num_bins=num_bins, num_samples=num_samples)
    (rows,) = choose(len(codes), num_samples, seed=seed)
    information = mutual_information(in_bins(codes[rows], num_bins), factors[rows])
    second, best = np.sort(information, axis=0)[-2:]
    return float(np.mean((best - second) / entropy(factors[rows])))
