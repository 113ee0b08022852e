"""Separated attribute predictability (Kumar et al., 2018), arxiv.org/abs/1711.00848."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import choose
from keras_vae.evaluation.disentanglement.arrays import check_arrays
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_count

#: variances below it are those of a constant
_LEAST_VARIANCE = 1e-12


def sap(
    codes: Any,
    factors: Any,
    continuous: bool = False,
    num_train: int = 10_000,
    num_test: int = 5_000,
    seed: int = 0,
) -> float:
    """SAP: how much better the best latent predicts a factor than the second best does.

    Each latent predicts each factor on its own: by a linear support vector machine, whose accuracy
    on other examples counts; or, for `continuous` factors, by the squared correlation. The
    difference of the two best latents, and its mean over factors.

    Args:
        codes: array (n, latent), such as posterior means of examples.
        factors: integer array (n, factors), the examples' true factors.
        continuous: bool, whether the factors' numbers are quantities. Defaults to `False`.
        num_train: int, examples to fit, drawn at random if there are more. Defaults to `10_000`.
        num_test: int, others to predict; with too few examples both shrink alike. Defaults to
            `5_000`.
        seed: int. Defaults to `0`.

    Returns:
        float in [0, 1]. The greatest for continuous factors is 1; for others it is less, as the
        second best latent guesses right by chance, and as one latent's linear machine does not
        find all of many classes: 1/2 for two classes.

    Raises:
        ValueError: if the arrays do not fit, or there are fewer than two latents.
        ImportError: scikit-learn is missing.

    References:
        - [Kumar et al., 2018](https://arxiv.org/abs/1711.00848)
        - [Locatello et al., 2019](https://arxiv.org/abs/1811.12359), the machine and counts

    Example:

    >>> factors = np.stack(np.meshgrid(np.arange(4), np.arange(5)), axis=-1).reshape(-1, 2)
    >>> round(keras_vae.evaluation.sap(factors, factors, continuous=True, num_test=1), 2)
    1.0
    """
    codes, factors = check_arrays("sap", codes, factors, least_latents=2)
    check_count("sap", num_train=num_train, num_test=num_test)
    train, test = choose(len(codes), num_train, num_test, seed=seed)
    score = _correlation if continuous else _accuracy(seed)
    scores = [
        [score(code[train], factor[train], code[test], factor[test]) for factor in factors.T]
        for code in codes.T
    ]
    second, best = np.sort(scores, axis=0)[-2:]
    return float(np.mean(best - second))


def _correlation(code, factor, *_):
    covariance = np.cov(code, factor)
    if covariance[0, 0] <= _LEAST_VARIANCE:
        return 0.0
    return covariance[0, 1] ** 2 / (covariance[0, 0] * covariance[1, 1])


def _accuracy(seed):
    with optional("sap"):
        from sklearn.svm import LinearSVC

    def score(
        code: np.ndarray, factor: np.ndarray, code_test: np.ndarray, factor_test: np.ndarray
    ) -> float:
        machine = LinearSVC(C=0.01, class_weight="balanced", random_state=seed)
        return machine.fit(code[:, None], factor).score(code_test[:, None], factor_test)

    return score
