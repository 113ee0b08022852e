"""Places of data among draws of p(x|z): uniform for a model that is right, and else as computed."""

import numpy as np
import pytest
from scipy import stats
from zoo import VARIANTS, joined, small

from keras_vae.evaluation import Calibration, NotApplicable, calibration

ROWS, SHAPE = 400, (4, 3)


def known_model(likelihood, seed=0):
    """A model whose q(z|x) is p(z), and whose p(x|z) is the same at all z: its density is known."""
    vae = joined(likelihood=likelihood, seed=seed)
    rng = np.random.default_rng(seed)
    vae.encoder.set_weights([np.zeros_like(w) for w in vae.encoder.get_weights()])
    weights = [np.zeros_like(w) for w in vae.decoder.get_weights()]
    weights[-1] = rng.normal(0.0, 1.0, weights[-1].shape).astype("float32")
    vae.decoder.set_weights(weights)
    return vae, vae.likelihood(np.zeros((1, 2), "float32"))


def data(p, likelihood, spread=1.0):
    """Draws by NumPy of the density with this mean and variance."""
    rng = np.random.default_rng(1)
    mean = np.asarray(p.mean)[0].astype("float64")
    if likelihood == "bernoulli":
        return (rng.random((ROWS, *SHAPE)) < mean).astype("float32")
    if likelihood == "poisson":
        return rng.poisson(mean, (ROWS, *SHAPE)).astype("float32")
    scale = np.sqrt(np.asarray(p.variance)[0].astype("float64"))
    return rng.normal(mean, spread * scale, (ROWS, *SHAPE)).astype("float32")


@pytest.mark.parametrize("likelihood", ["normal", "bernoulli", "poisson"])
def test_places_are_uniform_if_the_model_is_right(likelihood):
    vae, p = known_model(likelihood)
    x = data(p, likelihood)
    found = calibration(vae, x, seed=2, verbose=0)
    test = stats.kstest(found.pit.ravel(), "uniform")
    assert test.pvalue > 1e-3
    assert found.distance == pytest.approx(test.statistic, abs=1e-6)
    error = np.sqrt(0.25 / x.size)
    for level in (0.5, 0.8):
        assert abs(found.coverage(level) - level) < 4 * error
    np.testing.assert_array_equal(found.x, x)
    np.testing.assert_allclose(found.mean, np.broadcast_to(p.mean, x.shape), rtol=1e-5)


def test_coverage_of_a_density_that_is_too_wide_or_too_narrow():
    vae, p = known_model("normal")
    for spread in (0.5, 2.0):
        found = calibration(vae, data(p, "normal", spread), seed=2, verbose=0)
        expected = 2 * stats.norm.cdf(stats.norm.ppf(0.75) / spread) - 1
        # The draws are finitely many: 99 places the end of the interval to within a hundredth.
        assert found.coverage(0.5) == pytest.approx(expected, abs=0.03)


def test_missing_values_have_no_place():
    vae = small("MissingDataVAE", hidden=(8,), latent_dim=2)()
    x = np.random.default_rng(0).normal(size=(8, *SHAPE)).astype("float32")
    x[0, 1, 2] = np.nan
    pit = calibration(vae, x, num_draws=9, verbose=0).pit
    np.testing.assert_array_equal(np.isnan(pit), np.isnan(x))


def test_seeds_and_draws():
    vae, p = known_model("bernoulli")
    x = data(p, "bernoulli")[:20]
    one, again, other = (calibration(vae, x, 9, seed, verbose=0).pit for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert (one != other).any() and one.shape == x.shape
    with pytest.raises(ValueError, match="num_draws"):
        calibration(vae, x, num_draws=0)
    with pytest.raises(ValueError, match="level"):
        Calibration(one, one, x).coverage(2.0)


def test_a_distance_has_no_calibration():
    with pytest.raises(NotApplicable, match="density"):
        calibration(VARIANTS["likelihood=msssim"](), np.zeros((2, *SHAPE), "float32"))
