"""Frechet distance of features (Heusel et al., 2017), here those of a classifier trained here."""

from typing import Any

import numpy as np

from keras_vae.evaluation.checks import check_points
from keras_vae.evaluation.samples.classifier import extract_features


def classifier_fid(real: Any, generated: Any, classifier: Any, batch_size: int = 512) -> float:
    """Classifier FID: Frechet distance between a small classifier's features of two sets.

    It is not the FID of papers, whose features are those of an Inception network trained on
    ImageNet, and must never stand beside one. It compares generated sets with each other, under one
    classifier, one real set, and one number of examples, on which its bias depends.

    Args:
        real: array (n, event).
        generated: array (m, event).
        classifier: `keras.Model`, as `train_classifier` gives.
        batch_size: int. Defaults to `512`.

    Returns:
        float >= 0, lower is better.

    Raises:
        ValueError: if there are fewer than two examples, or they do not fit the classifier.

    Reference:
        - [Heusel et al., 2017](https://arxiv.org/abs/1706.08500)

    Example:

    >>> classifier = keras_vae.evaluation.train_classifier(x, y, epochs=1)
    >>> keras_vae.evaluation.classifier_fid(x, x, classifier) < 1e-3
    True
    """
    features = [extract_features(classifier, part, batch_size) for part in (real, generated)]
    return frechet_distance(*features)


def frechet_distance(a: Any, b: Any) -> float:
    """Squared Wasserstein distance between the normal distributions with two sets' moments.

    ||mean_a - mean_b||^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)), with unbiased covariances.

    Args:
        a: array (n, features).
        b: array (m, features).

    Returns:
        float >= 0.

    Raises:
        ValueError: if there are fewer than two rows, or the features do not agree.

    Example:

    >>> round(keras_vae.evaluation.frechet_distance(x.reshape(64, -1), x.reshape(64, -1) + 0.5), 6)
    16.0
    """
    a, b = check_points("frechet_distance", least_rows=2, a=a, b=b)
    cov_a, cov_b = (np.atleast_2d(np.cov(points, rowvar=False)) for points in (a, b))
    root = _root(cov_a)
    # The trace of (C_a C_b)^(1/2), from a symmetric matrix with the same eigenvalues.
    eigenvalues = np.linalg.eigvalsh(root @ cov_b @ root)
    cross = np.sqrt(np.maximum(eigenvalues, 0.0)).sum()
    shift = np.sum((a.mean(axis=0) - b.mean(axis=0)) ** 2)
    return float(max(0.0, shift + np.trace(cov_a) + np.trace(cov_b) - 2.0 * cross))


def _root(matrix):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
