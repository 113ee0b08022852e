"""Disentanglement, completeness, informativeness (Eastwood and Williams, 2018)."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.evaluation.checks import choose
from keras_vae.evaluation.disentanglement.arrays import check_arrays
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_count

#: added to importances, so that none is a logarithm of zero
_LEAST = 1e-11


class DCI(NamedTuple):
    """What `dci` gives.

    Args:
        disentanglement: float in [0, 1], 1 where each latent serves one factor.
        completeness: float in [0, 1], 1 where each factor is in one latent.
        informativeness: float in [0, 1], accuracy on other examples, mean over factors.
        importance: array (latent, factors), of each latent for each factor; columns add up to 1.
    """

    disentanglement: float
    completeness: float
    informativeness: float
    importance: np.ndarray


def dci(
    codes: Any, factors: Any, num_train: int = 10_000, num_test: int = 5_000, seed: int = 0
) -> Any:
    """DCI: which latents gradient-boosted trees need to predict each factor.

    A latent's disentanglement is one less the entropy, in units of its maximum, of its importances
    over the factors; a factor's completeness the same over the latents. Both are averaged with the
    sums of importances as weights.

    The trees take minutes for ten latents and factors of 40 values at the default counts.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        num_train: int, examples to fit, drawn at random if there are more. Defaults to `10_000`.
        num_test: int, others to predict; with too few examples both shrink alike. Defaults to
            `5_000`.
        seed: int. Defaults to `0`.

    Returns:
        `DCI`.

    Raises:
        ValueError: if the arrays do not fit, or if there are fewer than two latents or factors.
        ImportError: scikit-learn is missing.

    References:
        - Eastwood and Williams, 2018. A framework for the quantitative evaluation of disentangled
          representations, openreview.net/forum?id=By-7dz-AZ.
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), the trees and counts

    Example:

    >>> factors = np.random.default_rng(0).integers(2, size=(300, 2))
    >>> scores = keras_vae.evaluation.dci(-1.0 * factors, factors)
    >>> round(scores.disentanglement, 3), round(scores.completeness, 3), scores.informativeness
    (1.0, 1.0, 1.0)
    """
    codes, factors = check_arrays("dci", codes, factors, least_latents=2)
    check_count("dci", num_train=num_train, num_test=num_test)
    if factors.shape[1] < 2:
        raise ValueError(f"dci needs at least 2 factors. Received: factors of {factors.shape}")
    train, test = choose(len(codes), num_train, num_test, seed=seed)
    with optional("dci"):
        from sklearn.ensemble import GradientBoostingClassifier

    importances, accuracy = [], []
    for factor in factors.T:
        trees = GradientBoostingClassifier(random_state=seed).fit(codes[train], factor[train])
        importances.append(np.abs(trees.feature_importances_))
        accuracy.append(trees.score(codes[test], factor[test]))
    importance = np.stack(importances, axis=-1)  # (latent, factors)
    return DCI(
        disentanglement=_concentration(importance),
        completeness=_concentration(importance.T),
        informativeness=float(np.mean(accuracy)),
        importance=importance,
    )


def _concentration(importance):
    """One less the entropy of each row over its maximum, weighted by the rows' sums."""
    shares = importance + _LEAST
    shares = shares / shares.sum(axis=1, keepdims=True)
    entropy = -np.sum(shares * np.log(shares), axis=1) / np.log(importance.shape[1])
    weights = importance.sum(axis=1)
    weights = weights if weights.sum() > 0 else np.ones_like(weights)
    return float(np.average(1.0 - entropy, weights=weights))
