"""The Gaussian mixture is scikit-learn's, in the latents' own units, and draws from its density."""

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
import sklearn.mixture

from keras_vae.samplers import GaussianMixture

CENTRES = np.array([[-3.0, 0.0], [3.0, 1.0]])
covariances = pytest.mark.parametrize("covariance", ["full", "diag"])


def clusters(n, seed=0):
    """Two clusters in the plane, a quarter in the first, (n, 2)."""
    rng = np.random.default_rng(seed)
    return CENTRES[(rng.uniform(size=n) > 0.25).astype(int)] + 0.5 * rng.normal(size=(n, 2))


@pytest.fixture(scope="module")
def fitted():
    """A mixture of each kind, fitted to clusters."""
    return {c: GaussianMixture(2, c).fit_latents(clusters(800), seed=0) for c in ("full", "diag")}


def full(covariance):
    return np.diag(covariance) if covariance.ndim == 1 else covariance


@covariances
def test_density_is_that_of_the_components(fitted, covariance):
    z = clusters(50, seed=1)
    each = [
        np.log(weight) + scipy.stats.multivariate_normal(mean, full(c)).logpdf(z)
        for weight, mean, c in fitted[covariance]._components()
    ]
    expected = scipy.special.logsumexp(each, axis=0)
    np.testing.assert_allclose(fitted[covariance].log_prob(z), expected, rtol=1e-9)


@covariances
def test_fit_is_scikit_learns(covariance):
    z = clusters(300)
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    theirs = sklearn.mixture.GaussianMixture(2, covariance_type=covariance, random_state=0).fit(z)
    ours = GaussianMixture(2, covariance).fit_latents(z, seed=0)
    np.testing.assert_allclose(ours.log_prob(z), theirs.score_samples(z), rtol=1e-6)


def test_units_do_not_matter(fitted):
    # scikit-learn adds 1e-6 to variances, too much for small latents.
    z, units = clusters(800), np.array([1e-4, 1e1])
    scaled = GaussianMixture(2).fit_latents(z * units, seed=0)
    expected = fitted["full"].log_prob(z) - np.log(units).sum()
    np.testing.assert_allclose(scaled.log_prob(z * units), expected, rtol=1e-6)


@covariances
def test_draws_follow_the_density(fitted, covariance):
    z = fitted[covariance].sample(4000, seed=0)
    assert z.shape == (4000, 2) and z.dtype == "float32"
    arrays = fitted[covariance].arrays
    for i in range(2):
        scales = [np.sqrt(full(c)[i, i]) for c in arrays["covariances"]]

        def cdf(x, i=i, scales=scales):
            each = scipy.stats.norm.cdf(x[:, None], arrays["means"][:, i], scales)
            return each @ arrays["weights"]

        assert scipy.stats.kstest(z[:, i], cdf).pvalue > 1e-3
    with_full = np.cov(z[z[:, 0] > 0], rowvar=False)
    right = arrays["covariances"][np.argmax(arrays["means"][:, 0])]
    np.testing.assert_allclose(with_full, full(right), atol=4 * 0.25 * np.sqrt(2 / 3000))


def test_clusters_are_found(fitted):
    arrays = fitted["full"].arrays
    order = np.argsort(arrays["means"][:, 0])
    error = 4 * np.sqrt(0.25 * 0.75 / 800)  # four standard errors of a share
    np.testing.assert_allclose(arrays["weights"][order], [0.25, 0.75], atol=error)
    np.testing.assert_allclose(arrays["means"][order], CENTRES, atol=4 * 0.5 / np.sqrt(200 * 0.9))


def test_seeds(fitted):
    sampler = fitted["full"]
    np.testing.assert_array_equal(sampler.sample(5, seed=1), sampler.sample(5, seed=1))
    assert np.any(sampler.sample(5, seed=1) != sampler.sample(5, seed=2))
    assert np.any(sampler.sample(5) != sampler.sample(5))
    one, other = (keras.random.SeedGenerator(3) for _ in range(2))
    first = sampler.sample(5, seed=one)
    np.testing.assert_array_equal(first, sampler.sample(5, seed=other))
    assert np.any(first != sampler.sample(5, seed=one))


def test_collapsed_latents_keep_the_density_finite():
    z = np.concatenate([clusters(100), np.zeros((100, 1))], axis=1)
    sampler = GaussianMixture(2).fit_latents(z, seed=0)
    assert np.isfinite(sampler.log_prob(z)).all()
    assert np.abs(sampler.sample(100, seed=0)[:, 2]).max() < 1e-3
