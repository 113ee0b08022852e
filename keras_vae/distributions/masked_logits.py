"""Logits of minus infinity: categories that cannot be."""

import math

from keras import ops

from keras_vae.typing import Tensor


def masked_log_softmax(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Log-probabilities, 0 for categories that cannot be, and which can, both (..., categories).

    Minus infinity times a probability of 0 is not a number, and neither is its gradient.
    """
    possible = logits > -math.inf
    lowest = ops.full_like(logits, -1e30 if ops.dtype(logits) != "float16" else -6e4)
    log_probs = ops.log_softmax(ops.where(possible, logits, lowest), axis=-1)
    log_probs = ops.where(possible, log_probs, ops.zeros_like(log_probs))
    return log_probs, ops.cast(possible, log_probs.dtype)


def masked_entropy(logits: Tensor) -> Tensor:
    """Entropy of the categorical with these logits in nats, (..., categories) -> (...)."""
    log_probs, possible = masked_log_softmax(logits)
    return -ops.sum(possible * ops.exp(log_probs) * log_probs, axis=-1)


def one_hot_log_prob(x: Tensor, logits: Tensor) -> Tensor:
    """log p of each number of one-hot vectors in nats, (..., categories); they add up to log p.

    Minus infinity for a category that cannot be.
    """
    log_probs, possible = masked_log_softmax(logits)
    is_impossible = ops.logical_and(x > 0, possible == 0)
    each = x * log_probs
    return ops.where(is_impossible, ops.full_like(each, -math.inf), each)
