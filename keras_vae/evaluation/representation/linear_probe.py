"""Accuracy of a linear classifier of representations."""

from typing import Any

from keras_vae.evaluation.checks import check_labels, check_points
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_positive


def linear_probe(
    z_train: Any, y_train: Any, z_test: Any, y_test: Any, penalty: float = 1.0
) -> float:
    """Accuracy of a logistic regression from representations to labels.

    Features are brought to mean 0 and variance 1 first, as they are in the training set.

    Args:
        z_train: array (n, latent), such as posterior means of training examples.
        y_train: integer array (n,), their labels.
        z_test: array (m, latent).
        y_test: integer array (m,).
        penalty: float > 0, weight of the squared coefficients. Defaults to `1.0`.

    Returns:
        float in [0, 1], the share of test examples that it labels right.

    Raises:
        ValueError: if the arrays do not fit, or `penalty` is not positive.
        ImportError: scikit-learn is missing.

    Example:

    >>> keras_vae.evaluation.linear_probe(x[:32], y[:32], x[:32], y[:32])
    1.0
    """
    z_train, z_test = check_points("linear_probe", z_train=z_train, z_test=z_test)
    (y_train,) = check_labels("linear_probe", len(z_train), y_train=y_train)
    (y_test,) = check_labels("linear_probe", len(z_test), y_test=y_test)
    check_positive("linear_probe", penalty=penalty)
    with optional("linear_probe"):
        from sklearn.linear_model import LogisticRegression
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

    regression = LogisticRegression(C=1.0 / penalty, max_iter=1000)
    probe = make_pipeline(StandardScaler(), regression).fit(z_train, y_train)
    return float(probe.score(z_test, y_test))
