"""Interventional robustness score (Suter et al., 2019), arxiv.org/abs/1811.00007."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import choose
from keras_vae.evaluation.disentanglement.arrays import check_arrays, in_bins
from keras_vae.parts import check_count, check_fraction


def irs(
    codes: Any,
    factors: Any,
    quantile: float = 0.99,
    num_bins: int = 20,
    num_samples: int = 10_000,
    seed: int = 0,
) -> float:
    """IRS: whether a latent stays where it is when all factors but one change.

    For a latent and a factor, examples are put together by the factor's value; how far the latent
    strays within from its mean there (the quantile of the distances), averaged over values, is put
    in units of how far it strays in all. One less that, for the latent's best factor, and the mean
    over latents, weighted by how far they stray. Constant latents take no part.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        quantile: float in [0, 1], of the distances; 1 is the paper's maximum. Defaults to `0.99`.
        num_bins: int, for each factor. Defaults to `20`.
        num_samples: int, examples that count, drawn at random if there are more. Defaults to
            `10_000`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1]; 0 if all latents are constant. Values that few examples have make it rise:
        an example alone does not stray.

    Raises:
        ValueError: if the arrays do not fit.

    References:
        - [Suter et al., 2019](https://arxiv.org/abs/1811.00007)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), bins and counts

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> keras_vae.evaluation.irs(factors, factors)
    1.0
    """
    codes, factors = check_arrays("irs", codes, factors)
    check_count("irs", num_bins=num_bins, num_samples=num_samples)
    check_fraction("irs", quantile=quantile)
    (rows,) = choose(len(codes), num_samples, seed=seed)
    codes, factors = codes[rows], in_bins(factors[rows], num_bins)
    codes = codes[:, codes.var(axis=0) > 0]
    if codes.shape[1] == 0:
        return 0.0
    farthest = np.abs(codes - codes.mean(axis=0)).max(axis=0)
    strays = np.stack([_within(codes, factor, quantile) for factor in factors.T])
    robustness = 1.0 - strays / farthest  # (factors, latent)
    return float(np.average(robustness.max(axis=0), weights=farthest))


def _within(codes, factor, quantile):
    """How far each latent strays where the factor has one value, mean over values, (latent,)."""
    groups = [codes[factor == value] for value in np.unique(factor)]
    strays = [np.quantile(np.abs(g - g.mean(axis=0)), quantile, axis=0) for g in groups]
    return np.mean(strays, axis=0)
