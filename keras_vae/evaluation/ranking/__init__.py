"""How well scores rank: items that a user chose, or one set above another."""

from keras_vae.evaluation.ranking.at_k import ndcg_at_k, recall_at_k
from keras_vae.evaluation.ranking.auroc import auroc

__all__ = ["recall_at_k", "ndcg_at_k", "auroc"]
