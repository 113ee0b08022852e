"""Densities with weights: they integrate to one, draw what they score, and learn what they see."""

import numpy as np
import pytest
import scipy.stats
from checks import shared_out
from toys import grey, small_vae

from keras_vae import samplers

LINE = np.linspace(-6, 6, 61)
GRID = np.stack(np.meshgrid(LINE, LINE), axis=-1).reshape(-1, 2)
AREA = (LINE[1] - LINE[0]) ** 2
CLASSES = {
    "maf": lambda: samplers.MAF(num_flows=4, hidden=(32,)),
    "real_nvp": lambda: samplers.RealNVP(num_flows=4, hidden=(32,)),
    "two_stage_vae": lambda: samplers.TwoStageVAE(hidden=(32,)),
    "flow_matching": lambda: samplers.FlowMatching(hidden=(64, 64)),
}


def clusters(n, seed=0):
    """Two clusters in the plane, a third in the left one, (n, 2)."""
    rng = np.random.default_rng(seed)
    left = np.arange(n) % 3 == 0
    return np.where(left[:, None], -2.0, 2.0) + 0.7 * rng.normal(size=(n, 2))


@pytest.fixture(scope="module", params=shared_out(CLASSES))
def fitted(request):
    epochs = {"two_stage_vae": 60, "flow_matching": 60}.get(request.param, 20)
    settings = {"epochs": epochs, "batch_size": 60, "optimizer": "adam", "verbose": 0, "seed": 0}
    return CLASSES[request.param]().fit_latents(clusters(1200), **settings)


def score(sampler, z):
    several = {"seed": 0, "num_samples": 200} if hasattr(sampler, "second") else {}
    return sampler.log_prob(z, **several).astype("float64")


def test_density(fitted):
    density = np.exp(score(fitted, GRID))
    # Of importance sampling the estimates, not their logarithms, are right on average.
    assert abs(density.sum() * AREA - 1) < (0.05 if hasattr(fitted, "second") else 0.01)
    z = fitted.sample(2000, seed=0)
    assert z.shape == (2000, 2) and z.dtype == "float32"
    share = density[GRID[:, 0] < 0].sum() * AREA
    error = np.sqrt(share * (1 - share) / 2000) + 0.5 * AREA
    assert abs(np.mean(z[:, 0] < 0) - share) < 4 * error + 0.02
    np.testing.assert_array_equal(fitted.sample(5, seed=1), fitted.sample(5, seed=1))
    assert np.any(fitted.sample(5, seed=1) != fitted.sample(5, seed=2))


def test_fits_better_than_a_normal(fitted):
    train, test = clusters(1200), clusters(300, seed=1)
    normal = scipy.stats.multivariate_normal(train.mean(axis=0), np.cov(train, rowvar=False))
    assert score(fitted, test).mean() > normal.logpdf(test).mean() + 0.1


def test_a_second_fit_starts_anew(fitted):
    one = fitted.arrays["shift"].copy()
    fitted.fit_latents(clusters(100) + 10.0, epochs=1, verbose=0)
    np.testing.assert_allclose(fitted.arrays["shift"], one + 10.0, atol=0.5)
    with pytest.raises(ValueError, match="of shape .2,.: make a new one.*Received: .*shape .3,."):
        fitted.fit_latents(np.random.default_rng(0).normal(size=(9, 3)))


def test_pseudo_inputs_learn_where_the_latents_are():
    vae = small_vae()
    vae.encoder.set_weights([5.0 * w for w in vae.encoder.get_weights()])
    x, before = grey(200), vae.get_weights()
    z = vae.encode(x, num_samples=1, seed=0)[0]
    start, end = (
        samplers.VampPseudoInputs(3).fit(vae, x, seed=0, epochs=epochs, optimizer="sgd", verbose=0)
        for epochs in (0, 20)
    )
    assert end.log_prob(z).mean() > start.log_prob(z).mean()
    assert np.all((end.arrays["pseudo_inputs"] >= 0) & (end.arrays["pseudo_inputs"] <= 1))
    for one, other in zip(before, vae.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    # They are the pseudo-inputs' posteriors.
    q = vae.encode(end.arrays["pseudo_inputs"])
    np.testing.assert_allclose(end.arrays["mean"], q, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("kind", [samplers.MAF, samplers.RealNVP])
def test_a_fit_by_a_seed_repeats_itself(kind):
    def scores(seed):
        settings = {"epochs": 1, "batch_size": 50, "verbose": 0}
        sampler = kind(num_flows=1, hidden=(8,)).fit_latents(clusters(120), seed=seed, **settings)
        return sampler.log_prob(clusters(9))

    first = scores(3)
    np.testing.assert_allclose(scores(3), first, rtol=1e-5)
    assert np.any(np.abs(scores(4) - first) > 1e-4)
