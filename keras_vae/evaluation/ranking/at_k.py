"""Recall and NDCG of the first k items (Liang et al., 2018), arxiv.org/abs/1802.05814."""

from collections.abc import Callable
from typing import Any

import numpy as np

from keras_vae.checks import check_count
from keras_vae.evaluation.estimate import Estimate
from keras_vae.inputs import read_array

#: users that are ranked at once
ROWS = 1024


def recall_at_k(scores: Any, held_out: Any, k: int = 20) -> Estimate:
    """The share of a user's held-out items among the first k, of the most that there can be.

    The number of held-out items among the k of greatest score, over min(k, number of held-out
    items): 1 if the first places hold nothing else. All items count alike, in whatever place.

    Args:
        scores: array (users, items), greater is better; `-inf` for items that are not ranked, such
            as those that a user has already, see `keras_vae.models.MultVAE.score_items`.
        held_out: array or `scipy.sparse` (users, items), above zero for items to be found.
        k: int, at most the number of items. Defaults to `20`.

    Returns:
        `Estimate` in [0, 1], a value for each user with a held-out item; the others are left out.

    Raises:
        ValueError: if the arrays do not fit, `k` is out of its range, a score is NaN or `inf`, or
            nobody has a held-out item.

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1802.05814), section 4.3

    Example:

    >>> scores, held_out = [[0.9, 0.5, 0.1]], [[1, 0, 1]]
    >>> keras_vae.evaluation.recall_at_k(scores, held_out, k=2).mean
    0.5
    """
    return _over_users("recall_at_k", _recall, scores, held_out, k)


def ndcg_at_k(scores: Any, held_out: Any, k: int = 100) -> Estimate:
    """Discounted cumulative gain of the first k items, of the most that there can be.

    A held-out item in place r, from 1 on, gains 1 / log2(r + 1). The sum is divided by that of a
    ranking with the held-out items in front, which has min(k, number of held-out items) terms.

    Args:
        scores: as of `recall_at_k`.
        held_out: as of `recall_at_k`.
        k: int, at most the number of items. Defaults to `100`.

    Returns:
        `Estimate` in [0, 1], a value for each user with a held-out item; the others are left out.

    Raises:
        ValueError: as `recall_at_k`.

    Reference:
        - [Liang et al., 2018](https://arxiv.org/abs/1802.05814), section 4.3

    Example:

    >>> scores, held_out = [[0.9, 0.5, 0.1]], [[0, 1, 0]]
    >>> round(keras_vae.evaluation.ndcg_at_k(scores, held_out, k=3).mean, 4)  # 1 / log2(3)
    0.6309
    """
    return _over_users("ndcg_at_k", _ndcg, scores, held_out, k)


def _recall(hits, counts):
    """Of hits (users, k), true for held-out items, and the numbers of these (users,)."""
    return hits.sum(axis=1) / np.minimum(hits.shape[1], counts)


def _ndcg(hits, counts):
    """Of hits (users, k), true for held-out items, and the numbers of these (users,)."""
    gains = 1.0 / np.log2(np.arange(2, hits.shape[1] + 2))
    best = np.cumsum(gains)
    return hits @ gains / best[np.minimum(hits.shape[1], counts) - 1]


def _over_users(owner: str, measure: Callable, scores: Any, held_out: Any, k: int) -> Estimate:
    check_count(owner, k=k)
    scores, held_out = read_array(scores, "scores"), read_array(held_out, "held_out")
    if len(scores.shape) != 2 or scores.shape != held_out.shape:
        raise ValueError(
            f"{owner} needs scores and held_out of one shape (users, items). Received: scores of "
            f"shape {scores.shape}, held_out of shape {held_out.shape}"
        )
    if k > scores.shape[1]:
        raise ValueError(f"{owner} needs k <= {scores.shape[1]}, the items. Received: k={k}")
    pieces = [
        _of_rows(owner, measure, scores, held_out, slice(first, first + ROWS), k)
        for first in range(0, len(scores), ROWS)
    ]
    if not sum(map(len, pieces)):
        raise ValueError(f"{owner} needs a user with a held-out item. Received: none")
    values = np.concatenate(pieces)
    return Estimate(values, np.zeros(len(values)), 1, "")


def _of_rows(owner, measure, scores, held_out, rows, k):
    last = min(rows.stop, len(scores))
    scored = np.asarray(scores.read(rows.start, last), "float64")
    wanted = held_out.read(rows.start, last) > 0
    if np.isnan(scored).any() or np.isposinf(scored).any():
        raise ValueError(f"{owner} needs scores that are numbers or -inf. Received: NaN or inf")
    counts = wanted.sum(axis=1)
    some = counts > 0
    scored, wanted = scored[some], wanted[some] & np.isfinite(scored[some])
    first = np.argsort(-scored, axis=1, kind="stable")[:, :k]
    hits = np.take_along_axis(wanted, first, axis=1)
    return measure(hits, counts[some])
