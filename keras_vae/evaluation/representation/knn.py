"""Accuracy of the nearest neighbours of representations."""

from typing import Any

from keras_vae.evaluation.checks import check_labels, check_points
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_count


def knn_accuracy(
    z_train: Any, y_train: Any, z_test: Any, y_test: Any, num_neighbours: int = 5
) -> float:
    """Accuracy of the majority label among the nearest neighbours, by Euclidean distance.

    Features are taken as they are: a latent of great variance weighs more.

    Args:
        z_train: array (n, latent), such as posterior means of training examples.
        y_train: integer array (n,), their labels.
        z_test: array (m, latent).
        y_test: integer array (m,).
        num_neighbours: int, at most n. Defaults to `5`.

    Returns:
        float in [0, 1], the share of test examples that it labels right.

    Raises:
        ValueError: if the arrays do not fit, or there are fewer than `num_neighbours`.
        ImportError: scikit-learn is missing.

    Example:

    >>> keras_vae.evaluation.knn_accuracy(x, y, x, y, num_neighbours=1)
    1.0
    """
    check_count("knn_accuracy", num_neighbours=num_neighbours)
    (z_train,) = check_points("knn_accuracy", least_rows=num_neighbours, z_train=z_train)
    z_train, z_test = check_points("knn_accuracy", z_train=z_train, z_test=z_test)
    (y_train,) = check_labels("knn_accuracy", len(z_train), y_train=y_train)
    (y_test,) = check_labels("knn_accuracy", len(z_test), y_test=y_test)
    with optional("knn_accuracy"):
        from sklearn.neighbors import KNeighborsClassifier

    neighbours = KNeighborsClassifier(num_neighbours).fit(z_train, y_train)
    return float(neighbours.score(z_test, y_test))
