"""The score of FactorVAE (Kim and Mnih, 2018), arxiv.org/abs/1802.05983."""

from typing import Any

import numpy as np

from keras_vae.evaluation.disentanglement.arrays import check_arrays
from keras_vae.evaluation.disentanglement.fixed_factor import FixedFactor
from keras_vae.parts import check_count, check_non_negative


def factor_vae_score(
    codes: Any,
    factors: Any,
    batch_size: int = 64,
    num_train: int = 10_000,
    num_test: int = 5_000,
    prune: float = 0.05,
    seed: int = 0,
) -> float:
    """FactorVAE score: whether the latent that moves least tells which factor was held still.

    In a batch with one factor fixed, the latent with the least variance, in units of its variance
    over all examples, votes for that factor; latents learn their factors by majority over
    `num_train` batches, and their votes on `num_test` others are counted.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors: of a full grid, or of a
            sample that has several examples for each value of a factor.
        batch_size: int >= 2. Defaults to `64`.
        num_train: int, batches. Defaults to `10_000`.
        num_test: int, batches. Defaults to `5_000`.
        prune: float >= 0, latents with a smaller deviation take no part. Defaults to `0.05`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1], the share of right votes; 0 if no latent takes part. Chance is one over the
        number of factors.

    Raises:
        ValueError: if the arrays do not fit, or no two examples share a factor's value.

    References:
        - [Kim and Mnih, 2018](https://arxiv.org/abs/1802.05983)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), counts and pruning

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> keras_vae.evaluation.factor_vae_score(factors, factors, num_train=100, num_test=100)
    1.0
    """
    codes, factors = check_arrays("factor_vae_score", codes, factors)
    counts = {"batch_size": batch_size, "num_train": num_train, "num_test": num_test}
    check_count("factor_vae_score", **counts)
    check_non_negative("factor_vae_score", prune=prune)
    if batch_size < 2:
        raise ValueError(f"factor_vae_score needs batch_size >= 2. Received: {batch_size}")
    active = codes.std(axis=0, ddof=1) > prune
    if not active.any():
        return 0.0
    codes = codes[:, active] / codes[:, active].std(axis=0, ddof=1)
    draws = FixedFactor("factor_vae_score", codes, factors, seed)
    shape = (codes.shape[1], factors.shape[1])
    train, test = (_votes(draws, count, batch_size, shape) for count in (num_train, num_test))
    factor_of_latent = train.argmax(axis=1)
    return float(test[np.arange(len(test)), factor_of_latent].sum() / num_test)


def _votes(draws, num_batches, batch_size, shape):
    """How often each latent moved least, by the fixed factor, (latent, factors)."""
    votes = np.zeros(shape, int)
    for fixed, codes in draws.batches(num_batches, batch_size):
        np.add.at(votes, (codes.var(axis=1, ddof=1).argmin(axis=1), fixed), 1)
    return votes
