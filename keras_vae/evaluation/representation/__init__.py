"""How much labels there are in a representation: probes and clusters, of plain arrays."""

from keras_vae.evaluation.representation.clustering import (
    ClusteringScores,
    cluster,
    clustering_scores,
)
from keras_vae.evaluation.representation.knn import knn_accuracy
from keras_vae.evaluation.representation.linear_probe import linear_probe

__all__ = [
    "linear_probe",
    "knn_accuracy",
    "cluster",
    "ClusteringScores",
    "clustering_scores",
]
