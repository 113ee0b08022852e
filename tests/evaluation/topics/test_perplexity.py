"""Perplexity: of a model that knows nothing, and of one whose log p(x) is known."""

import math

import keras
import numpy as np
import pytest
import scipy.sparse
import scipy.special
import scipy.stats

from keras_vae import evaluation, models
from keras_vae.evaluation.topics.perplexity import log_orders

WIDTH = 5
X = np.random.default_rng(0).poisson(1.5, (8, WIDTH))
X[3] = 0


def make(bias=None):
    """A model whose decoder ignores z: the words' distribution is softmax(bias)."""
    vae = models.TopicVAE((WIDTH,), num_topics=2, kind="nvdm", hidden=(3,), seed=0)
    layer = vae.decoder.get_layer("topics")
    layer.set_weights([np.zeros((2, WIDTH)), np.zeros(WIDTH) if bias is None else bias])
    return vae


def test_number_of_orders_is_scipy_s():
    expected = scipy.special.gammaln(X.sum(axis=1) + 1) - scipy.special.gammaln(X + 1).sum(axis=1)
    np.testing.assert_allclose(log_orders(X), expected, rtol=1e-12)
    assert log_orders(np.array([[1.0, 2.0]]))[0] == pytest.approx(math.log(3))


def without_rate(vae):
    """The posterior is the prior, so that the bound is log p(x)."""
    for name in ("mean", "log_var"):
        layer = vae.encoder.get_layer(name)
        layer.set_weights([np.zeros(w.shape) for w in layer.weights])
    return vae


def test_a_model_that_knows_nothing_hesitates_between_all_words():
    for by in ("bound", "importance"):
        found = evaluation.perplexity(without_rate(make()), X, by=by, num_samples=3, verbose=0)
        assert found.per_word == pytest.approx(WIDTH, rel=1e-4)
        assert found.per_document == pytest.approx(WIDTH, rel=1e-4)
        assert found.num_documents == 7


def test_by_hand():
    bias = np.array([1.0, 0.0, -1.0, 2.0, 0.5])
    log_p = X @ (bias - scipy.special.logsumexp(bias))
    totals = X.sum(axis=1)
    some = totals > 0
    vae = without_rate(make(bias))
    for x in (X, scipy.sparse.csr_array(X)):
        found = evaluation.perplexity(vae, x, num_samples=2, verbose=0)
        assert found.per_word == pytest.approx(np.exp(-log_p.sum() / totals.sum()), rel=1e-4)
        expected = np.exp(-np.mean(log_p[some] / totals[some]))
        assert found.per_document == pytest.approx(expected, rel=1e-4)


def test_importance_sampling_is_below_the_bound():
    keras.utils.set_random_seed(0)
    vae = models.TopicVAE((WIDTH,), num_topics=2, kind="nvdm", hidden=(3,), seed=0)
    bound = evaluation.perplexity(vae, X, num_samples=500, verbose=0)
    sampled = evaluation.perplexity(vae, X, by="importance", num_samples=500, verbose=0)
    assert sampled.per_word < bound.per_word


def test_refusals():
    with pytest.raises(evaluation.NotApplicable, match="whose total is given"):
        evaluation.perplexity(models.CountVAE((WIDTH,), hidden=(3,)), X)
    with pytest.raises(ValueError, match="a document with a word"):
        evaluation.perplexity(make(), np.zeros((2, WIDTH)), num_samples=1, verbose=0)
    with pytest.raises(ValueError, match="by"):
        evaluation.perplexity(make(), X, by="guess")
