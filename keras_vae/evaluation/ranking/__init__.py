"""How well scores of items rank what a user chose and was held out."""

from keras_vae.evaluation.ranking.at_k import ndcg_at_k, recall_at_k

__all__ = ["recall_at_k", "ndcg_at_k"]
