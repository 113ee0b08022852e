"""Clusters of representations, held against labels."""

from typing import Any, NamedTuple

import numpy as np

from keras_vae.evaluation.checks import check_labels, check_points
from keras_vae.evaluation.optional import optional
from keras_vae.parts import check_count


class ClusteringScores(NamedTuple):
    """What `clustering_scores` gives.

    Args:
        accuracy: float in [0, 1], with the best pairing of clusters and labels.
        nmi: float in [0, 1], mutual information over the mean of the two entropies.
        ari: float, Rand index less chance: 1 for equal partitions, about 0 for random ones.
    """

    accuracy: float
    nmi: float
    ari: float


def cluster(z: Any, num_clusters: int, seed: int = 0) -> Any:
    """Clusters of representations by k-means, the best of ten starts.

    Args:
        z: array (n, latent).
        num_clusters: int, at most n.
        seed: int. Defaults to `0`.

    Returns:
        int array (n,), the cluster of each.

    Raises:
        ValueError: if there are fewer than `num_clusters` rows.
        ImportError: scikit-learn is missing.

    Example:

    >>> clusters = keras_vae.evaluation.cluster(x, num_clusters=10)
    >>> clusters.shape, len(set(clusters.tolist()))
    ((64,), 10)
    """
    check_count("cluster", num_clusters=num_clusters)
    (z,) = check_points("cluster", least_rows=num_clusters, z=z)
    with optional("cluster"):
        from sklearn.cluster import KMeans

    return KMeans(num_clusters, n_init=10, random_state=seed).fit_predict(z).astype(int)


def clustering_scores(labels: Any, clusters: Any) -> Any:
    """Accuracy, NMI and ARI of clusters.

    Clusters have no names, so the accuracy pairs clusters with labels, one to one, as fits best
    (the Hungarian algorithm); clusters beyond the labels count as wrong.

    Args:
        labels: integer array (n,).
        clusters: integer array (n,), in any numbering.

    Returns:
        `ClusteringScores`.

    Raises:
        ValueError: if the arrays are not integers of one length.
        ImportError: scikit-learn is missing.

    Reference:
        - [Xie et al., 2016](https://arxiv.org/abs/1511.06335), the accuracy

    Example:

    >>> keras_vae.evaluation.clustering_scores([0, 0, 1, 1], [7, 7, 3, 3]).accuracy
    1.0
    """
    labels, clusters = check_labels(
        "clustering_scores", np.size(labels), labels=labels, clusters=clusters
    )
    if not len(labels):
        raise ValueError("clustering_scores needs at least one label. Received: none")
    with optional("clustering_scores"):
        from scipy.optimize import linear_sum_assignment
        from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    names, label = np.unique(labels, return_inverse=True)
    groups, group = np.unique(clusters, return_inverse=True)
    together = np.zeros((len(groups), len(names)), int)
    np.add.at(together, (group, label), 1)
    pairs = linear_sum_assignment(together, maximize=True)
    return ClusteringScores(
        accuracy=float(together[pairs].sum() / len(labels)),
        nmi=float(normalized_mutual_info_score(labels, clusters)),
        ari=float(adjusted_rand_score(labels, clusters)),
    )
