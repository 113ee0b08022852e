"""The score of beta-VAE (Higgins et al., 2017), openreview.net/forum?id=Sy2fzU9gl."""

from typing import Any

import numpy as np

from keras_vae.evaluation.disentanglement.arrays import check_arrays
from keras_vae.evaluation.disentanglement.fixed_factor import FixedFactor
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_count


def beta_vae_score(
    codes: Any,
    factors: Any,
    batch_size: int = 64,
    num_train: int = 10_000,
    num_test: int = 5_000,
    seed: int = 0,
) -> float:
    """beta-VAE score: whether latents' differences tell which factor two examples share.

    Pairs of examples share the value of one factor; the absolute differences of their codes,
    averaged over a batch of pairs, are what a logistic regression predicts the factor from. Its
    accuracy on other batches.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors: of a full grid, or of a
            sample that has several examples for each value of a factor.
        batch_size: int, pairs in a batch. Defaults to `64`.
        num_train: int, batches. Defaults to `10_000`.
        num_test: int, batches. Defaults to `5_000`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1]; chance is one over the number of factors. It is the most lenient score:
        most rotated codes reach high values too.

    Raises:
        ValueError: if the arrays do not fit, or no two examples share a factor's value.
        ImportError: scikit-learn is missing.

    References:
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), the regression and counts

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> keras_vae.evaluation.beta_vae_score(factors, factors, num_train=100, num_test=100)
    1.0
    """
    codes, factors = check_arrays("beta_vae_score", codes, factors)
    counts = {"batch_size": batch_size, "num_train": num_train, "num_test": num_test}
    check_count("beta_vae_score", **counts)
    with optional("beta_vae_score"):
        from sklearn.linear_model import LogisticRegression

    if factors.shape[1] < 2:
        raise ValueError(
            f"beta_vae_score needs at least 2 factors. Received: factors of {factors.shape}"
        )
    draws = FixedFactor("beta_vae_score", codes, factors, seed)
    train, test = (_differences(draws, count, batch_size) for count in (num_train, num_test))
    regression = LogisticRegression(max_iter=1000, random_state=seed).fit(*train)
    return float(regression.score(*test))


def _differences(draws, num_batches, batch_size):
    """Mean absolute differences, (batches, latent), and the factors that were shared."""
    differences, shared = [], []
    for fixed, codes in draws.batches(num_batches, batch_size, num_sides=2):
        differences.append(np.abs(codes[:, :, 0] - codes[:, :, 1]).mean(axis=1))
        shared.append(fixed)
    return np.concatenate(differences), np.concatenate(shared)
