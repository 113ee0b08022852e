"""Coherence and diversity of topics, by hand."""

import math

import numpy as np
import pytest
import scipy.sparse

from keras_vae.evaluation import topic_coherence, topic_diversity

#: words 0 and 1 meet in one document of four, 0 and 2 never, 3 and 4 always; 5 is everywhere
DOCUMENTS = np.array(
    [[2, 1, 0, 1, 3, 1], [1, 0, 0, 0, 0, 2], [0, 4, 1, 0, 0, 1], [0, 0, 1, 0, 0, 1]]
)


def test_npmi_by_hand():
    chance = math.log(0.25 / (0.5 * 0.5)) / -math.log(0.25)
    everywhere = math.log(0.5 / (0.5 * 1.0)) / -math.log(0.5)
    half = math.log(0.25 / (0.5 * 0.5)) / -math.log(0.25)  # words 1 and 2
    values = topic_coherence([[0, 1], [0, 2], [3, 4], [0, 5]], DOCUMENTS).values
    np.testing.assert_allclose(values, [chance, -1.0, 1.0, everywhere])
    three = topic_coherence([[0, 1, 2]], DOCUMENTS).values
    np.testing.assert_allclose(three, [(chance - 1.0 + half) / 3])
    unequal = topic_coherence([[3, 0]], DOCUMENTS).values  # 1/4 over 1/4 * 1/2
    np.testing.assert_allclose(unequal, [math.log(2.0) / math.log(4.0)])


def test_edges():
    assert topic_coherence([[0, 1]], np.ones((3, 2))).mean == 1.0
    assert topic_coherence([[0, 1]], np.zeros((3, 2))).mean == -1.0


def test_sparse_and_in_pieces(monkeypatch):
    rng = np.random.default_rng(0)
    documents, topics = rng.poisson(0.5, (40, 10)), [[0, 3, 5], [9, 1, 2]]
    expected = topic_coherence(topics, documents).values
    monkeypatch.setattr("keras_vae.inputs.sources.CHUNK", 30)
    pieces = topic_coherence(topics, scipy.sparse.csr_array(documents)).values
    np.testing.assert_allclose(pieces, expected)


def test_diversity():
    assert topic_diversity([[0, 1], [2, 3]]) == 1.0
    assert topic_diversity([[0, 1], [0, 1]]) == 0.5


def test_refusals():
    for message, words in {
        "integers": [[0.5, 1.0]],
        "at least two": [[1]],
        "distinct": [[1, 1]],
        "column for each word": [[0, 6]],
    }.items():
        with pytest.raises(ValueError, match=message):
            topic_coherence(words, DOCUMENTS)
