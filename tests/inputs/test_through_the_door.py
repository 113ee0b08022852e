"""`fit`, `evaluate` and inference take whatever comes through the door."""

import warnings

import keras
import numpy as np
import pytest
from checks import bits, quick_compile, without_noise
from containers import ARRAYS, STREAMS, Sequence
from toys import grey, small_vae

from keras_vae import likelihoods, models
from keras_vae.inputs import memory

X = bits(10, (6,))
LABELS = np.arange(10) % 3
BATCHES = [X[:4], X[4:8], X[8:]]


@pytest.fixture(scope="module")
def vae():
    """A model that does not learn and has no noise: its losses depend on the data alone."""
    return quick_compile(without_noise(small_vae()), keras.optimizers.SGD(0.0))


@pytest.fixture(scope="module")
def conditional():
    return quick_compile(without_noise(small_vae(condition_shape=(3,))), keras.optimizers.SGD(0.0))


@pytest.mark.parametrize("name", ARRAYS)
def test_every_array_gives_what_numpy_gives(vae, name, tmp_path):
    x = ARRAYS[name](X, tmp_path)
    expected = vae.evaluate(X, batch_size=4, verbose=0)
    np.testing.assert_allclose(vae.evaluate(x, batch_size=4, verbose=0), expected, rtol=1e-5)
    history = vae.fit(x, batch_size=4, validation_data=(x,), verbose=0).history
    np.testing.assert_allclose(history["loss"][0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(history["val_loss"][0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(vae.encode(x), vae.encode(X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.predict(x), vae.predict(X), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", STREAMS)
def test_every_data_set_can_be_encoded(vae, name):
    expected = vae.log_likelihood(X, 20, seed=0)
    for method in (vae.encode, vae.reconstruct, vae.predict):
        np.testing.assert_allclose(method(STREAMS[name](BATCHES)), method(X), rtol=1e-5, atol=1e-6)
    of_batches = vae.log_likelihood(STREAMS[name](BATCHES), 20, seed=0)
    np.testing.assert_allclose(of_batches, expected, rtol=1e-4)  # the posterior has no noise
    pair = vae.log_likelihood(STREAMS[name](BATCHES), 20, seed=0, return_standard_error=True)
    assert [part.shape for part in pair] == [(10,), (10,)]
    assert vae.encode(STREAMS[name](BATCHES), num_samples=3, seed=0).shape == (3, 10, 2)
    assert vae.reconstruct(STREAMS[name](BATCHES), 3, seed=0).shape == (3, 10, 6)


def test_draws_of_batches_do_not_repeat_each_other():
    vae = small_vae()
    x = np.repeat(X[:1], 9000, axis=0)
    z = vae.encode(iter([x]), num_samples=1, seed=0)[0]
    assert len(np.unique(z[:, 0])) > 8900
    np.testing.assert_array_equal(z, vae.encode(iter([x]), num_samples=1, seed=0)[0])


def test_conditions_of_a_data_set(conditional):
    batches = [{"x": X[i : i + 5], "condition": LABELS[i : i + 5]} for i in (0, 5)]
    expected = conditional.encode(X, condition=LABELS)
    np.testing.assert_allclose(conditional.encode(iter(batches)), expected, rtol=1e-5)
    alike = conditional.encode(iter(BATCHES), condition=2)
    np.testing.assert_allclose(alike, conditional.encode(X, condition=np.full(10, 2)), rtol=1e-5)
    with pytest.raises(Exception, match="integers from 0 to 2"):
        conditional.fit(Sequence([{"x": X, "condition": LABELS + 1}]), verbose=0)


def test_labels_in_other_forms(conditional):
    expected = conditional.evaluate({"x": X, "condition": LABELS}, verbose=0)
    for labels in (LABELS[:, None], LABELS.tolist(), LABELS.astype("float64")):
        data = {"x": X, "condition": labels}
        np.testing.assert_allclose(conditional.evaluate(data, verbose=0), expected, rtol=1e-5)
        encoded = conditional.encode(X, condition=labels)
        np.testing.assert_allclose(encoded, conditional.encode(X, condition=LABELS), rtol=1e-5)


def test_one_condition_for_all(conditional):
    made = conditional.generate(5, condition=1, seed=0)
    np.testing.assert_array_equal(made, conditional.generate(condition=[1] * 5, seed=0))
    with pytest.raises(ValueError, match="may be one row for all examples, or as many labels"):
        conditional.generate(condition=np.eye(3)[1])
    z = conditional.encode(X, 4, seed=0, condition=1)
    one = conditional.decode(z, condition=1)
    np.testing.assert_array_equal(one, conditional.decode(z, condition=np.full(10, 1)))


# ---- noisy and clean -------------------------------------------------------------------------

CLEAN = np.zeros((64, 6), "float32")
NOISY = CLEAN + 1.5


def denoiser(**kwargs):
    vae = small_vae(models.GaussianVAE, keras.optimizers.Adam(0.1), **kwargs)
    return vae


@pytest.mark.parametrize("compiled", [True, False])
def test_y_of_the_shape_of_x_is_what_is_learned(compiled):
    vae = denoiser()
    vae.use_compiled_loop = compiled
    history = vae.fit(
        NOISY, CLEAN, batch_size=16, epochs=20, validation_data=(NOISY, CLEAN), verbose=0
    ).history
    assert abs(vae.reconstruct(NOISY).mean()) < 0.5
    assert history["val_loss"][-1] < vae.evaluate(NOISY, verbose=0)[0]
    clean = vae.evaluate(NOISY, CLEAN, verbose=0, return_dict=True)
    np.testing.assert_allclose(clean["loss"], history["val_loss"][-1], rtol=0.2)


def test_pairs_of_noisy_and_clean_in_a_data_set():
    vae = denoiser()
    pairs = [(NOISY[i : i + 16], CLEAN[i : i + 16]) for i in range(0, 64, 16)]
    vae.fit(Sequence(pairs), epochs=20, verbose=0)
    assert abs(vae.reconstruct(NOISY).mean()) < 0.5
    assert vae.encode(Sequence(pairs)).shape == (64, 2)


def test_noisy_data_may_leave_the_support():
    vae = small_vae()
    assert np.isfinite(vae.evaluate(X + 0.5, X, verbose=0)).all()
    with pytest.raises(ValueError, match=r"needs y in \[0, 1\]"):
        vae.evaluate(X, X + 0.5, verbose=0)
    with pytest.raises(ValueError, match="binarize must be None where y is the target"):
        vae.fit(X, X[::-1].copy(), binarize="dynamic", verbose=0)


def test_metrics_compare_with_the_target():
    vae = without_noise(small_vae(models.GaussianVAE))
    quick_compile(vae, metrics=["mse"])
    x_hat = vae.reconstruct(NOISY)
    for y, reference in ((CLEAN, CLEAN), (None, NOISY)):
        logs = vae.evaluate(NOISY, y, verbose=0, return_dict=True)
        np.testing.assert_allclose(logs["mse"], np.mean((x_hat - reference) ** 2), rtol=1e-3)


def test_y_that_is_neither_is_refused(vae):
    for y in (X[:5], X[:, :4] + 0.1, LABELS[:4]):
        with pytest.raises(ValueError, match="y (needs a row for|must have the shape)"):
            vae.fit(X, y, verbose=0)


# ---- what is refused, and where --------------------------------------------------------------


def test_outliers_can_be_encoded_and_have_no_density():
    vae = small_vae()
    x = grey(4)
    x[0, 0] = 1.07
    for method in (vae.encode, vae.reconstruct, vae.predict):
        assert np.isfinite(method(x)).all()
    assert vae.posterior(x).mean.shape == (4, 2)
    for method in (vae.log_likelihood, vae.evaluate, vae.fit):
        with pytest.raises(ValueError, match="needs x in"):
            method(x)
    with pytest.raises(Exception, match="needs x in"):
        vae.log_likelihood(iter([x]))


@pytest.mark.parametrize("name", ["generator", "py_dataset", "tf.data", "loader"])
def test_data_sets_that_give_nothing(vae, name):
    if name == "tf.data":
        data = pytest.importorskip("tensorflow").data.Dataset.from_tensor_slices(X).batch(4).take(0)
    else:
        data = STREAMS[name]([])
    with pytest.raises(ValueError, match="x must give at least one batch"):
        vae.fit(data, verbose=0)
    with pytest.raises(ValueError, match="x must give at least one batch|must yield at least"):
        vae.encode(STREAMS["generator"]([]))


def test_empty_batches_are_refused(vae):
    with pytest.raises(Exception, match="at least one example"):
        vae.fit(Sequence([X[:4], X[:0]]), shuffle=False, verbose=0)


def test_nan_in_the_condition_of_a_data_set_is_refused(conditional):
    rows = np.eye(3, dtype="float32")[LABELS] * np.nan
    with pytest.raises(Exception, match="condition must be finite"):
        conditional.fit(Sequence([{"x": X, "condition": rows}]), verbose=0)


def test_scale_is_warned_of_once_a_fit():
    vae = small_vae(models.GaussianVAE)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        vae.fit(1e5 * grey(8), epochs=2, verbose=0)
    assert sum("far from unit scale" in str(warning.message) for warning in said) == 1


def test_wide_integers_are_the_same_on_every_backend():
    vae = small_vae(models.BetaVAE, likelihood=likelihoods.Normal(1e9))
    wide = np.full((8, 6), 3_000_000_000, "int64")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = vae.evaluate(wide.astype("float32"), verbose=0, return_dict=True)
        received = vae.evaluate(wide, verbose=0, return_dict=True)
    np.testing.assert_allclose(received["reconstruction"], expected["reconstruction"], rtol=1e-5)


# ---- files that do not fit into memory -------------------------------------------------------


@pytest.mark.parametrize("name", ["memmap", "h5py", "sparse matrix"])
def test_what_does_not_fit_into_memory_is_trained_on_in_batches(vae, name, tmp_path, monkeypatch):
    x = ARRAYS[name](X, tmp_path)
    expected = vae.evaluate(X, batch_size=4, verbose=0)
    monkeypatch.setattr(memory, "available_bytes", lambda: 100)
    np.testing.assert_allclose(vae.evaluate(x, batch_size=4, verbose=0), expected, rtol=1e-5)
    history = vae.fit(x, batch_size=4, epochs=2, validation_split=0.3, verbose=0).history
    first = vae.evaluate(X[:7], batch_size=4, verbose=0)
    np.testing.assert_allclose(history["loss"], first[0], rtol=1e-5)
    np.testing.assert_allclose(vae.encode(x), vae.encode(X), rtol=1e-5, atol=1e-6)


def test_semi_supervised_model_takes_labels_in_every_form():
    vae = models.SemiSupervisedVAE((6,), 3, latent_dim=2, hidden=(4,), seed=0)
    labels = np.where(LABELS == 2, -1, LABELS)
    expected = vae.encode(X, condition=labels)
    for form in (labels.tolist(), labels[:, None], labels.astype("float32")):
        np.testing.assert_array_equal(vae.encode(X, condition=form), expected)
    assert vae.classify(X.tolist()).shape == (10, 3)
