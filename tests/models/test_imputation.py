"""Imputation against models whose conditional moments are known exactly."""

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from checks import quick_compile, shared_out, to_numpy

from keras_vae import VAE, likelihoods, models, networks, objectives
from keras_vae.models.imputation import expectation

W = np.array([[1.0, -0.5, 0.8, 0.3], [0.2, 0.9, -0.7, 0.5]])
OFFSET = np.array([0.5, -1.0, 0.0, 2.0])
SCALE = 0.6
X = np.array([[1.2, np.nan, 0.4, np.nan], [np.nan, -1.5, np.nan, 2.2], [0.1, 0.2, -0.3, 1.0]])


def probabilistic_pca(**kwargs):
    """x = z W + b + noise, whose encoder gives the prior, as a proposal."""
    encoder = networks.mlp((4,), {"mean": (2,), "log_var": (2,)}, hidden=(), missing=True)
    encoder.set_weights([np.zeros(w.shape) for w in encoder.weights])
    decoder = networks.mlp((2,), {"mean": (4,)}, hidden=())
    decoder.set_weights([W, OFFSET])
    return VAE(encoder, decoder, likelihood=likelihoods.Normal(SCALE), missing=True, **kwargs)


def exact(row):
    """Mean and variance of x given what is observed of it, (4,) each."""
    covariance = W.T @ W + SCALE**2 * np.eye(4)
    seen = ~np.isnan(row)
    gain = covariance[:, seen] @ np.linalg.inv(covariance[np.ix_(seen, seen)])
    mean = OFFSET + gain @ (row[seen] - OFFSET[seen])
    return mean, np.diag(covariance - gain @ covariance[seen])


MEANS, VARIANCES = (np.stack(moments) for moments in zip(*map(exact, X), strict=True))
MISSING = np.isnan(X)


def test_means_are_the_conditional_ones():
    vae = probabilistic_pca()
    runs = np.stack([vae.impute(X, num_importance_samples=4000, seed=i) for i in range(8)])
    assert runs.dtype == np.float32 and runs.shape == (8, 3, 4)
    np.testing.assert_array_equal(runs[:, ~MISSING], np.tile(X[~MISSING].astype("f4"), (8, 1)))
    error = runs.std(axis=0, ddof=1)[MISSING] / np.sqrt(8)
    assert np.all(np.abs(runs.mean(axis=0) - MEANS)[MISSING] < 5 * error)
    assert np.all(error < 0.01)


def test_draws_have_the_conditional_moments():
    vae = probabilistic_pca()
    draws = vae.impute(X, num_samples=2000, num_importance_samples=4000, seed=3)
    assert draws.shape == (2000, 3, 4)
    np.testing.assert_array_equal(draws[:, ~MISSING], np.tile(X[~MISSING].astype("f4"), (2000, 1)))
    few = vae.impute(X, num_samples=5, num_importance_samples=1, seed=0)
    assert len(np.unique(few[:, 0, 1])) == 5  # of one z, and yet not one x
    # The draws share their 4,000 proposals, of which about a tenth counts.
    error = np.sqrt(VARIANCES / 2000 + VARIANCES / 400)
    assert np.all((np.abs(draws.mean(axis=0) - MEANS) < 4 * error)[MISSING])
    ratio = draws.var(axis=0)[MISSING] / VARIANCES[MISSING]
    np.testing.assert_allclose(ratio, 1.0, atol=4 * np.sqrt(2 / 2000 + 2 / 400))


def test_intervals_are_the_conditional_quantiles():
    vae = probabilistic_pca()
    low, high = vae.impute_intervals(X, level=0.8, num_importance_samples=8000, seed=4)
    for end, probability in ((low, 0.1), (high, 0.9)):
        np.testing.assert_array_equal(end[~MISSING], X[~MISSING].astype("float32"))
        levels = scipy.stats.norm(MEANS, np.sqrt(VARIANCES)).cdf(end)[MISSING]
        assert np.all(np.abs(levels - probability) < 4 * np.sqrt(0.09 / 800))


def test_expectations_of_any_function():
    vae = probabilistic_pca()
    second = expectation(
        vae, X, "second", lambda p: p.variance + keras.ops.square(p.mean), 8000, seed=0
    )
    np.testing.assert_allclose(
        (second - np.square(MEANS))[MISSING], VARIANCES[MISSING], rtol=0.2, atol=0.05
    )


SLOPE, COIN = np.array([0.0, 2.0, 0.0, 0.0]), np.array([0.3, -0.5, 0.0, 1.0])


def not_at_random():
    vae = probabilistic_pca(objective=objectives.NotMIWAE(2000))
    vae.objective.slope.assign(SLOPE)
    vae.objective.offset.assign(COIN)
    return vae


def joint_of_the_second(row, x):
    """p(x_2, x_obs, mask) of a row whose second value alone is missing."""
    covariance = W.T @ W + SCALE**2 * np.eye(4)
    odds = SLOPE * np.where(np.arange(4) == 1, x, row) + COIN
    coins = 1 / (1 + np.exp(np.where(np.arange(4) == 1, odds, -odds)))
    whole = np.where(np.arange(4) == 1, x, row)
    return scipy.stats.multivariate_normal(OFFSET, covariance).pdf(whole) * coins.prod()


def test_values_not_missing_at_random():
    row = np.array([1.2, np.nan, 0.4, 1.5])
    total, mean = (
        scipy.integrate.quad(lambda x, f=f: f(x) * joint_of_the_second(row, x), -10, 10)[0]
        for f in (lambda x: 1.0, lambda x: x)
    )
    vae = not_at_random()
    quick_compile(vae)
    rows = np.tile(row, (16, 1))
    loss = vae.evaluate(rows, batch_size=16, verbose=0, return_dict=True)["loss"]
    np.testing.assert_allclose(-loss, np.log(total), atol=0.03)
    imputed = vae.impute(rows, num_importance_samples=4000, seed=0)[:, 1]
    error = imputed.std(ddof=1) / 4
    assert abs(imputed.mean() - mean / total) < 5 * error < 0.1
    at_random = exact(row)[0][1]
    assert abs(imputed.mean() - at_random) > 10 * error
    draws = vae.impute(rows, num_samples=50, num_importance_samples=2000, seed=1)[..., 1]
    assert abs(draws.mean() - mean / total) < 0.1
    low, high = vae.impute_intervals(rows, num_importance_samples=2000, seed=2)
    assert np.all(low[:, 1] < imputed.mean()) and np.all(imputed.mean() < high[:, 1])


@pytest.mark.parametrize("missing_model", shared_out(("self_masking", "linear")))
def test_the_mask_model_learns(missing_model):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 1)) * np.ones((1, 3)) + 0.3 * rng.normal(size=(400, 3))
    hidden = rng.uniform(size=x.shape) < 1 / (1 + np.exp(-3 * x)) * [1, 0, 0]
    keras.utils.set_random_seed(0)
    vae = models.MissingDataVAE(
        (3,), 2, num_samples=5, missing_model=missing_model, hidden=(16,), seed=0
    )
    quick_compile(vae, keras.optimizers.Adam(0.02))
    vae.fit(np.where(hidden, np.nan, x), epochs=8, verbose=0)
    slope = to_numpy(vae.objective.slope)
    # Of what is large, less is seen.
    assert (slope[0] if missing_model == "self_masking" else slope[:, 0].sum()) < -0.5


def test_files_keep_the_mask_model(tmp_path):
    vae = models.MissingDataVAE((3,), 2, missing_model="self_masking", hidden=(4,))
    vae.objective.slope.assign([1.0, 2.0, 3.0])
    vae.save(tmp_path / "vae.keras")
    again = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_array_equal(to_numpy(again.objective.slope), [1.0, 2.0, 3.0])


def test_data_sets_and_conditions():
    vae = models.MissingDataVAE((4,), 2, hidden=(4,), condition_shape=(2,))
    batches = [{"x": X[i : i + 1], "condition": [i % 2]} for i in range(3)]
    imputed = vae.impute(iter(batches), num_importance_samples=20, seed=0)
    assert imputed.shape == X.shape and np.all(np.isfinite(imputed))
    draws = vae.impute(X, 2, num_importance_samples=20, condition=[0, 1, 1])
    assert draws.shape == (2, *X.shape)


def test_refusals():
    vae = models.GaussianVAE((4,), 2, hidden=(4,))
    with pytest.raises(ValueError, match="made with missing=True"):
        vae.impute(np.zeros((2, 4)))
    vae = models.MissingDataVAE((4,), 2, hidden=(4,))
    with pytest.raises(ValueError, match="`num_importance_samples` must be a positive integer"):
        vae.impute(X, num_importance_samples=0)
    with pytest.raises(ValueError, match="level"):
        vae.impute_intervals(X, level=1.0)
    with pytest.raises(ValueError, match="without one, Deterministic"):
        models.Autoencoder((4,), 2, hidden=(4,), missing=True).impute(X)
    with pytest.raises(ValueError, match="made with missing=True"):
        models.MissingDataVAE((4,), 2, missing_model="linear", missing=False)
    with pytest.raises(ValueError, match="likelihood of real numbers"):
        models.MissingDataVAE((4,), 2, missing_model="linear", likelihood="poisson")
    with pytest.raises(ValueError, match="`missing_model` must be one of"):
        models.MissingDataVAE((4,), 2, missing_model="not")
