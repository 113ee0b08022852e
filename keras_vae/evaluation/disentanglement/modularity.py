"""Modularity (Ridgeway and Mozer, 2018), arxiv.org/abs/1802.05312."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import choose
from keras_vae.evaluation.disentanglement.arrays import check_arrays, in_bins, mutual_information
from keras_vae.parts import check_count


def modularity(
    codes: Any, factors: Any, num_bins: int = 20, num_samples: int = 10_000, seed: int = 0
) -> float:
    """Modularity: whether each latent knows of one factor only.

    For each latent, one less the squares of its mutual informations with all factors but its best
    one, over the square of that one and the number of the others; the mean over latents. A latent
    that knows of none counts 0.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        num_bins: int, for each latent. Defaults to `20`.
        num_samples: int, examples that count, drawn at random if there are more. Defaults to
            `10_000`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1]. Finite samples give unrelated things a mutual information above 0; for
        latents that know of nothing, that alone decides.

    Raises:
        ValueError: if the arrays do not fit, or there are fewer than two factors.

    References:
        - [Ridgeway and Mozer, 2018](https://arxiv.org/abs/1802.05312)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), bins and counts

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> round(keras_vae.evaluation.modularity(factors, factors), 6)
    1.0
    """
    codes, factors = check_arrays("modularity", codes, factors)
    check_count("modularity", num_bins=num_bins, num_samples=num_samples)
    if factors.shape[1] < 2:
        raise ValueError(
            f"modularity needs at least 2 factors. Received: factors of {factors.shape}"
        )
    (rows,) = choose(len(codes), num_samples, seed=seed)
    squares = mutual_information(in_bins(codes[rows], num_bins), factors[rows]) ** 2
    best = squares.max(axis=1)
    others = (squares.sum(axis=1) - best) / np.where(best > 0, best, 1.0)
    each = np.where(best > 0, 1.0 - others / (factors.shape[1] - 1), 0.0)
    return float(each.mean())
