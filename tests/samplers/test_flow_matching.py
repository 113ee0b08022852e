"""Flow matching against a Gaussian's exact velocity; maps, conditions and guidance."""

import keras
import numpy as np
import pytest
import scipy.stats
from checks import to_numpy
from toys import small_vae

from keras_vae import samplers
from keras_vae.samplers.flow_matching import FlowMatchingLoss

MEAN, DEVIATION = np.array([0.5, -1.0, 2.0]), np.array([0.3, 1.0, 2.5])
QUICK = {"epochs": 30, "batch_size": 100, "verbose": 0, "seed": 0}


class GaussianVelocity(keras.layers.Layer):
    """E[z1 - z0 | z_t] for noise z0 and z1 of N(MEAN, DEVIATION^2), by linear regression."""

    def __init__(self, factor=1.0):
        super().__init__()
        self.factor = factor

    def call(self, inputs):
        z, t = inputs
        mean, variance = (keras.ops.cast(a, "float32") for a in (MEAN, DEVIATION**2))
        slope = (t * variance - (1 - t)) / ((1 - t) ** 2 + t**2 * variance)
        return self.factor * (mean + slope * (z - t * mean))


def exact(**kwargs):
    sampler = samplers.FlowMatching(**kwargs)
    sampler.prepare((3,))
    sampler.velocity = GaussianVelocity()
    sampler.arrays.update(shift=np.array([1.0, 0.0, 0.0]), scale=np.array([2.0, 1.0, 1.0]))
    mean = sampler.arrays["shift"] + sampler.arrays["scale"] * MEAN
    return sampler, mean, sampler.arrays["scale"] * DEVIATION


def test_density_is_that_of_the_flow():
    sampler, mean, deviation = exact()
    z = mean + deviation * np.random.default_rng(0).normal(size=(40, 3))
    expected = scipy.stats.norm(mean, deviation).logpdf(z).sum(axis=1)
    np.testing.assert_allclose(sampler.log_prob(z), expected, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("solver, steps", [("heun", 20), ("euler", 100)])
def test_draws_follow_the_flow(solver, steps):
    sampler, mean, deviation = exact(solver=solver, steps=steps)
    z = sampler.sample(4000, seed=0)
    np.testing.assert_allclose(z.mean(axis=0), mean, atol=5 * deviation.max() / np.sqrt(4000))
    np.testing.assert_allclose(z.std(axis=0), deviation, rtol=0.08)


def test_the_loss_is_least_at_the_exact_velocity():
    """Its least value is the variance of z1 - z0 that z_t does not tell, here by many draws."""
    z = (MEAN + DEVIATION * np.random.default_rng(0).normal(size=(20000, 3))).astype("float32")

    def loss(velocity):
        return to_numpy(FlowMatchingLoss(velocity, 0.1, seed=0)(z)).mean()

    t = np.linspace(0, 1, 2001)[:, None]
    cross, variance = t * DEVIATION**2 - (1 - t), (1 - t) ** 2 + t**2 * DEVIATION**2
    least = (1 + DEVIATION**2 - cross**2 / variance).mean()
    assert loss(GaussianVelocity()) == pytest.approx(least, rel=0.03)
    assert loss(GaussianVelocity(0.9)) > 1.001 * loss(GaussianVelocity())


def test_draws_for_a_condition_with_guidance():
    rng = np.random.default_rng(0)
    labels = np.arange(600) % 2
    z = np.where(labels, 3.0, -3.0)[:, None] + 0.5 * rng.normal(size=(600, 2))
    sampler = samplers.FlowMatching((32, 32), conditional=True, steps=8)
    sampler.fit_latents(z, condition=labels, optimizer=keras.optimizers.Adam(0.02), **QUICK)
    for label, center in ((0, -3.0), (1, 3.0)):
        draws = sampler.sample_for(200, seed=0, condition=label)
        assert np.mean(np.sign(draws) == np.sign(center)) > 0.9
    plain = sampler.sample(200, seed=0)
    assert 0.2 < np.mean(plain[:, 0] > 0) < 0.8  # without a condition: both
    sampler.guidance = 0.0
    np.testing.assert_allclose(
        sampler.sample_for(200, seed=0, condition=1), plain, rtol=1e-4, atol=1e-4
    )
    with pytest.raises(ValueError, match="labels from 0 to 1.*Received: condition=.*7"):
        sampler.sample_for(3, condition=7)


def test_maps_have_a_network_of_convolutions(tmp_path):
    z = np.random.default_rng(0).normal(size=(60, 4, 4, 2))
    sampler = samplers.FlowMatching((8, 8), steps=2).fit_latents(z, epochs=1, verbose=0, seed=0)
    assert any(isinstance(layer, keras.layers.Conv2D) for layer in sampler.velocity.layers)
    draws = sampler.sample(3, seed=0)
    assert draws.shape == (3, 4, 4, 2)
    sampler.save(tmp_path / "sampler.keras")
    again = samplers.load(tmp_path / "sampler.keras")
    np.testing.assert_allclose(again.sample(3, seed=0), draws, rtol=1e-5, atol=1e-6)
    assert np.isfinite(again.log_prob(draws)).all()


def test_conditions_are_asked_for():
    vae, x = small_vae(), np.zeros((8, 6))
    z = np.random.default_rng(0).normal(size=(8, 2))
    with pytest.raises(ValueError, match="labels or rows with conditional=True"):
        samplers.FlowMatching(conditional=True).fit(vae, x)
    with pytest.raises(ValueError, match="given if conditional=True, and only then"):
        samplers.FlowMatching().fit_latents(z, condition=np.zeros(8, int))
    with pytest.raises(ValueError, match="solver"):
        samplers.FlowMatching(solver="rk45")
