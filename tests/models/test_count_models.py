"""Models of counts: what each does beyond the contract of all models, and what each refuses."""

import keras
import numpy as np
import pytest
import scipy.sparse
import scipy.special
import scipy.stats
from checks import quick_compile, to_numpy
from toys import tensor

from keras_vae import evaluation, likelihoods, models
from keras_vae.inputs import memory

WIDTH, NUM = 6, 12
RNG = np.random.default_rng(0)
X = RNG.poisson(np.outer(RNG.gamma(2.0, size=NUM) + 0.5, RNG.gamma(2.0, size=WIDTH)))
X[:, 0] += 1  # no row of zeros
BATCHES = np.arange(NUM) % 2
MODELS = {
    "CountVAE": {"latent_dim": 2},
    "MultVAE": {"latent_dim": 2},
    "TopicVAE": {"num_topics": 2},
}


def make(name="CountVAE", **kwargs):
    settings = {"hidden": (4,), "seed": 0, **MODELS[name], **kwargs}
    return quick_compile(getattr(models, name)((WIDTH,), **settings))


def fit(vae, x=X, epochs=1):
    return vae.fit(x, batch_size=6, epochs=epochs, verbose=0)


# ---- CountVAE --------------------------------------------------------------------------------


def test_means_of_counts_are_shares_of_the_row_s_total():
    vae = make(likelihood="negative_binomial")
    np.testing.assert_allclose(vae.reconstruct(X).sum(axis=1), X.sum(axis=1), rtol=1e-5)
    np.testing.assert_allclose(vae.predict(X), vae.reconstruct(X), rtol=1e-5)
    draws = vae.reconstruct(X, num_samples=3, seed=0)
    np.testing.assert_allclose(draws.sum(axis=2), np.tile(X.sum(axis=1), (3, 1)), rtol=1e-5)
    shares = vae.normalized_expression(X)
    np.testing.assert_allclose(shares * X.sum(axis=1, keepdims=True), vae.reconstruct(X), rtol=1e-5)


def test_latents_without_data_have_the_typical_total():
    vae = make(likelihood="poisson")
    np.testing.assert_allclose(vae.generate(3, seed=0).sum(axis=1), 1.0, rtol=1e-5)
    fit(vae)
    assert float(vae.likelihood_layer.typical_total) == np.median(X.sum(axis=1))
    np.testing.assert_allclose(
        vae.generate(4, seed=0).sum(axis=1), np.median(X.sum(axis=1)), rtol=1e-5
    )
    assert np.all(vae.generate(4, seed=0, sample=True) % 1 == 0)


def test_bound_is_that_of_scipy_s_negative_binomial():
    vae = make(likelihood="negative_binomial")
    z = RNG.normal(size=(NUM, 2)).astype("float32")
    shares = np.exp(to_numpy(vae.decoder(tensor(z), training=False)))
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-5)
    mean, r = shares * X.sum(axis=1, keepdims=True), 1.0
    expected = scipy.stats.nbinom(r, r / (r + mean)).logpmf(X).sum(axis=1)
    received = to_numpy(vae.decoded(tensor(z), tensor(X)).log_prob(tensor(X)))
    np.testing.assert_allclose(received, expected, rtol=1e-4)


def test_a_size_factor_beside_x_multiplies_the_means():
    vae = make(size_factor=True)
    sizes = np.linspace(0.5, 2.0, NUM)
    fit(vae, {"x": X, "size_factor": sizes})
    one = vae.reconstruct({"x": X, "size_factor": np.ones(NUM)})
    np.testing.assert_allclose(
        vae.reconstruct({"x": X, "size_factor": sizes}), one * sizes[:, None], rtol=1e-5
    )
    draws = vae.reconstruct({"x": X, "size_factor": sizes}, num_samples=2, seed=0)
    assert draws.shape == (2, NUM, WIDTH)
    assert vae.generate(3, seed=0, sample=True).shape == (3, WIDTH)
    for bad, message in ((0.0, "size_factor must be positive"), (np.nan, "must be finite")):
        wrong = np.where(np.arange(NUM) == 5, bad, sizes)
        with pytest.raises(ValueError, match=message):
            fit(vae, {"x": X, "size_factor": wrong})
    with pytest.raises(ValueError, match="needs size_factor"):
        fit(vae, X)


def test_a_batch_has_its_dispersion_and_can_be_changed():
    vae = make(dispersion="condition", condition_shape=(2,))
    assert tuple(vae.likelihood_layer.log_dispersion.shape) == (2, WIDTH)
    fit(vae, {"x": X, "condition": BATCHES}, epochs=3)
    own = vae.normalized_expression({"x": X, "condition": BATCHES})
    as_first = vae.normalized_expression(X, condition=BATCHES, to_condition=0)
    np.testing.assert_allclose(as_first[::2], own[::2], rtol=1e-5)
    assert np.abs(as_first[1::2] - own[1::2]).max() > 1e-4
    draws = vae.normalized_expression(X, 100.0, 5, seed=0, condition=BATCHES)
    np.testing.assert_allclose(draws.sum(axis=1), 100.0, rtol=1e-4)
    assert vae.generate(2, condition=1, seed=0, sample=True).shape == (2, WIDTH)


def test_the_encoder_of_scaled_counts_does_not_see_the_size():
    vae = make(encoder_total=1e4)
    np.testing.assert_allclose(vae.encode(X), vae.encode(3 * X), rtol=1e-4, atol=1e-5)
    zeros = np.zeros((2, WIDTH))
    assert np.isfinite(vae.encode(zeros)).all() and np.isfinite(vae.log_likelihood(zeros, 3)).all()


def test_a_likelihood_of_one_s_own():
    vae = make(likelihood=likelihoods.Poisson())
    assert not vae.likelihood_layer.reads_data
    wrong = {
        "one of": {"likelihood": "normal"},
        "an instance has its own": {"likelihood": likelihoods.Poisson(), "size_factor": True},
        "no dispersion": {"likelihood": "poisson", "dispersion": "shared"},
        "needs condition_shape": {"dispersion": "condition"},
        "`dispersion` must be one of": {"dispersion": "row"},
        "size_factor. must be True, False": {"size_factor": "mean"},
        "must be True, False": {"size_factor": 1},
    }
    for message, arguments in wrong.items():
        with pytest.raises(ValueError, match=message):
            make(**arguments)


# ---- what all of them take and refuse ----------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_what_is_no_count_is_refused(name):
    vae = make(name)
    wrong = {
        "likelihood .* needs x in": -X,
        "whole numbers.*neither normalised nor as logarithms": X / 2,
        "shape": X[:, 1:],
        "finite": np.where(X == X[0, 0], np.nan, X),
    }
    for message, x in wrong.items():
        with pytest.raises(ValueError, match=message):
            fit(vae, x)
    with_zeros = np.where(np.arange(NUM)[:, None] == 3, 0, X)
    assert np.isfinite(fit(vae, with_zeros).history["loss"]).all()
    assert np.isfinite(vae.reconstruct(with_zeros)).all()


class Table:
    """What anndata's tables look like."""

    def __init__(self, X, obs):  # noqa: N803
        self.X, self.obs = X, obs


FORMS = {
    "sparse": lambda x: scipy.sparse.csr_matrix(x),
    "columns": lambda x: scipy.sparse.csc_array(x.astype("float64")),
    "annotated": lambda x: Table(scipy.sparse.csr_matrix(x), {}),
}


@pytest.mark.parametrize("method", ["encode", "reconstruct", "normalized_expression"])
def test_the_encoder_of_counts_refuses_what_is_no_count(method):
    vae = make()
    for wrong in (-1.0, 0.5):
        x = X.astype("float32")
        x[3, 2] = wrong
        with pytest.raises(ValueError, match="ZeroInflatedNegativeBinomial needs x"):
            getattr(vae, method)(x)


def test_sparse_rows_are_as_dense_ones():
    vae = make()
    for form in FORMS.values():
        x = form(X)
        np.testing.assert_allclose(vae.encode(x), vae.encode(X), rtol=1e-6)
        np.testing.assert_allclose(vae.normalized_expression(x), vae.normalized_expression(X))
    assert np.isfinite(fit(vae, x).history["loss"]).all()


def test_large_sparse_matrices_are_never_dense_as_a_whole(monkeypatch):
    monkeypatch.setattr(memory, "SPARSE_BYTES", 100)
    monkeypatch.setattr("keras_vae.inputs.sources.CHUNK", 3 * WIDTH)  # of checks
    monkeypatch.setattr("keras_vae.models.data_sets.ROWS", 6)
    monkeypatch.setattr("keras_vae.engine.streamed_data.CHUNK_BYTES", 6 * 4 * WIDTH)
    rows = []
    dense = scipy.sparse.csr_matrix.toarray

    def toarray(self, *args, **kwargs):
        rows.append(self.shape[0])
        return dense(self, *args, **kwargs)

    monkeypatch.setattr(scipy.sparse.csr_matrix, "toarray", toarray)
    vae, x = make(), scipy.sparse.csr_matrix(X)
    history = fit(vae, x, epochs=2).history
    assert len(history["loss"]) == 2 and np.isfinite(history["loss"]).all()
    assert vae.encode(x).shape == (NUM, 2)
    vae.evaluate(x, batch_size=6, verbose=0)
    assert max(rows) <= 6


def test_anndata():
    anndata = pytest.importorskip("anndata")
    table = anndata.AnnData(scipy.sparse.csr_matrix(X.astype("float32")))
    vae = make()
    np.testing.assert_allclose(vae.encode(table), vae.encode(X), rtol=1e-6)


# ---- MultVAE -----------------------------------------------------------------------------------


def test_recommendations_leave_out_what_is_known():
    vae, rows = make("MultVAE"), (X > 2).astype("float32")
    rows[0], rows[1] = 1, [1, 1, 1, 1, 1, 0]
    scores, items = vae.score_items(rows), vae.recommend(rows, k=3)
    assert np.all(np.isneginf(scores) == (rows > 0)) and items.shape == (NUM, 3)
    assert items[0].tolist() == [-1, -1, -1] and items[1].tolist() == [5, -1, -1]
    for row, mine, places in zip(rows[2:], scores[2:], items[2:], strict=True):
        found = places[places >= 0]
        assert not row[found].any() and found.tolist() == np.argsort(-mine)[: len(found)].tolist()
    every = vae.score_items(rows, known=True)
    np.testing.assert_allclose(scipy.special.logsumexp(every, axis=1), 0.0, atol=1e-5)
    np.testing.assert_array_equal(vae.recommend(scipy.sparse.csr_array(rows), 3), items)
    for k, message in ((0, "k"), (7, "k <= 6")):
        with pytest.raises(ValueError, match=message):
            vae.recommend(rows, k)


def test_encoder_sees_rows_of_length_one_and_in_training_a_part_of_them():
    vae = make("MultVAE")
    np.testing.assert_allclose(vae.encode(X), vae.encode(7 * X), rtol=1e-4, atol=1e-6)
    seen = keras.Model(vae.encoder.input, vae.encoder.get_layer("unseen").output)
    np.testing.assert_allclose(
        to_numpy(seen(tensor(X), training=False)),
        X / np.linalg.norm(X, axis=1, keepdims=True),
        rtol=1e-5,
    )
    kept = to_numpy(seen(tensor(np.ones((500, WIDTH))), training=True))
    assert abs(np.mean(kept > 0) - 0.5) < 0.05
    assert float(vae.objective.kl_weight) == pytest.approx(0.2)


def test_recommendations_of_two_tastes_are_learned():
    tastes = np.repeat(np.eye(2), WIDTH // 2, axis=1)[np.arange(60) % 2]
    known = tastes * (RNG.uniform(size=tastes.shape) < 0.7)
    vae = make("MultVAE", dropout=0.3)
    vae.optimizer.learning_rate.assign(0.03)
    vae.fit(tastes, batch_size=20, epochs=30, verbose=0)
    hidden = tastes - known
    recall = evaluation.recall_at_k(vae.score_items(known), hidden, k=2)
    assert recall.mean > 0.9


# ---- TopicVAE ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["prodlda", "nvdm"])
def test_topics_are_distributions_of_words(kind):
    vae = make("TopicVAE", kind=kind, num_topics=3)
    fit(vae)
    topics = vae.topics()
    assert topics.shape == (3, WIDTH)
    np.testing.assert_allclose(topics.sum(axis=1), 1.0, rtol=1e-5)
    words = [f"w{i}" for i in range(WIDTH)]
    places = vae.top_words(k=4)
    np.testing.assert_array_equal(places, np.argsort(-topics, axis=1)[:, :4])
    assert vae.top_words(words, k=4) == [[words[i] for i in topic] for topic in places]
    with pytest.raises(ValueError, match="vocabulary of 6 words"):
        vae.top_words(words[1:], k=4)
    with pytest.raises(ValueError, match="k <= 6"):
        vae.top_words(k=7)


def test_encoder_of_topics_sees_counts_or_their_logarithms():
    counts, logs = make("TopicVAE", kind="nvdm"), make("TopicVAE", kind="nvdm", log_counts=True)
    logs.set_weights(counts.get_weights())
    logged = counts.encoded(tensor(np.log1p(X))).mean
    np.testing.assert_allclose(to_numpy(logs.encoded(tensor(X)).mean), to_numpy(logged), rtol=1e-5)


def log_probs(vae, z):
    return np.log(to_numpy(vae.decoded(tensor(z)).mean) / float(vae.likelihood_layer.typical_total))


def test_prodlda_is_a_product_of_its_topics():
    """log p(w|z) is the mean of the topics' logs under the shares, but for one constant."""
    vae = make("TopicVAE", num_topics=3)
    fit(vae)
    z = RNG.normal(size=(5, 3))
    expected = scipy.special.softmax(z, axis=1) @ np.log(vae.topics().astype("float64"))
    expected -= scipy.special.logsumexp(expected, axis=1, keepdims=True)
    np.testing.assert_allclose(log_probs(vae, z), expected, rtol=1e-3, atol=1e-4)


def test_nvdm_is_linear_in_the_latents():
    vae = make("TopicVAE", kind="nvdm", num_topics=3)
    assert vae.prior_layer.is_standard_normal
    layer = vae.decoder.get_layer("topics")
    z = RNG.normal(size=(5, 3))
    logits = z @ to_numpy(layer.kernel) + to_numpy(layer.bias)
    expected = logits - scipy.special.logsumexp(logits, axis=1, keepdims=True)
    np.testing.assert_allclose(log_probs(vae, z), expected, rtol=1e-4, atol=1e-5)


def test_conditions_have_words_of_their_own():
    vae = make("TopicVAE", condition_shape=(2,))
    fit(vae, {"x": X, "condition": BATCHES})
    assert tuple(vae.decoder.get_layer("covariates").kernel.shape) == (2, WIDTH)
    assert np.abs(vae.topics(condition=0) - vae.topics(condition=1)).max() > 1e-4


def test_topics_refuse():
    for arguments in ({"kind": "lda"}, {"num_topics": 1}, {"concentration": 0.0}, {"dropout": 1.0}):
        with pytest.raises(ValueError, match="Received"):
            make("TopicVAE", **arguments)
