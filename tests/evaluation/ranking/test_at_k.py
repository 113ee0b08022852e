"""Recall and NDCG: by hand, and against scikit-learn."""

import numpy as np
import pytest
import scipy.sparse

from keras_vae.evaluation import ndcg_at_k, recall_at_k

NEVER = -np.inf
#: two users and one without anything held out; the ranking of the first is 3 0 1 2, of the second
#: 0 2 1, and item 3 is known
SCORES = np.array([[0.9, 0.5, 0.1, 2.0], [3.0, 1.0, 2.0, NEVER], [1.0, 2.0, 3.0, 4.0]])
HELD_OUT = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
LOG = np.log2(np.arange(2, 10))


def test_recall_by_hand():
    np.testing.assert_allclose(recall_at_k(SCORES, HELD_OUT, 1).values, [0.0, 0.0])
    np.testing.assert_allclose(recall_at_k(SCORES, HELD_OUT, 2).values, [0.5, 0.0])
    np.testing.assert_allclose(recall_at_k(SCORES, HELD_OUT, 3).values, [0.5, 1.0])
    np.testing.assert_allclose(recall_at_k(SCORES, HELD_OUT, 4).values, [1.0, 1.0])
    # One of three held out in one place: all that there can be.
    assert recall_at_k([[1.0, 0.0, 0.0]], [[1, 1, 1]], 1).mean == 1.0


def test_ndcg_by_hand():
    best = 1 / LOG[0] + 1 / LOG[1]
    first = [0.0, 1 / LOG[1] / best, 1 / LOG[1] / best, (1 / LOG[1] + 1 / LOG[3]) / best]
    second = [0.0, 0.0, 1 / LOG[2], 1 / LOG[2]]
    for k, expected in enumerate(zip(first, second, strict=True), 1):
        np.testing.assert_allclose(ndcg_at_k(SCORES, HELD_OUT, k).values, expected)


@pytest.mark.parametrize("k", [1, 5, 30])
def test_ndcg_is_that_of_scikit_learn(k):
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    scores, held_out = rng.normal(size=(50, 30)), rng.uniform(size=(50, 30)) < 0.2
    held_out = held_out[held_out.any(axis=1)]
    scores = scores[: len(held_out)]
    expected = metrics.ndcg_score(held_out.astype(float), scores, k=k)
    assert ndcg_at_k(scores, held_out, k).mean == pytest.approx(expected)


def test_sparse_and_in_pieces(monkeypatch):
    rng = np.random.default_rng(0)
    scores, held_out = rng.normal(size=(50, 30)), rng.uniform(size=(50, 30)) < 0.1
    expected = recall_at_k(scores, held_out, 5)
    monkeypatch.setattr("keras_vae.evaluation.ranking.at_k.ROWS", 7)
    pieces = recall_at_k(scores, scipy.sparse.csr_array(held_out.astype("int8")), 5)
    np.testing.assert_array_equal(pieces.values, expected.values)
    assert pieces.standard_error > 0


def test_items_that_are_not_ranked_are_never_found():
    assert recall_at_k([[NEVER, NEVER, 1.0]], [[1, 1, 0]], 3).mean == 0.0


@pytest.mark.parametrize("measure", [recall_at_k, ndcg_at_k])
def test_refusals(measure):
    for message, arguments in {
        "one shape": (SCORES, HELD_OUT[:2], 1),
        "k <= 4": (SCORES, HELD_OUT, 5),
        "k": (SCORES, HELD_OUT, 0),
        "NaN or inf": (np.full((3, 4), np.nan), HELD_OUT, 1),
        "a user with a held-out item": (SCORES, np.zeros((3, 4)), 1),
    }.items():
        with pytest.raises(ValueError, match=message):
            measure(*arguments)
