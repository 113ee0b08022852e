"""Mixtures of posteriors are densities, or probabilities, on every kind of latent."""

import itertools

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import to_numpy
from toys import grey, small_vae

from keras_vae import models, priors, samplers

X = grey(6)


def fitted(name, latent_dim=2, **kwargs):
    vae = getattr(models, name)((6,), latent_dim=latent_dim, hidden=(4,), seed=0, **kwargs)
    return vae, samplers.AggregatePosterior().fit(vae, X)


def total(sampler, points, weight):
    return np.exp(sampler.log_prob(points).astype("float64")).sum() * weight


def test_normal_posteriors():
    vae, sampler = fitted("BernoulliVAE")
    q = vae.posterior(X)
    z = sampler.sample(4000, seed=0)
    scales = np.exp(0.5 * to_numpy(q.log_var))
    each = scipy.stats.norm.logpdf(z[:50, None], to_numpy(q.mean), scales).sum(axis=-1)
    expected = scipy.special.logsumexp(each, axis=1) - np.log(6)
    np.testing.assert_allclose(sampler.log_prob(z[:50]), expected, rtol=1e-4)
    for i in range(2):

        def cdf(x, i=i):
            return scipy.stats.norm.cdf(x[:, None], to_numpy(q.mean)[:, i], scales[:, i]).mean(1)

        assert scipy.stats.kstest(z[:, i], cdf).pvalue > 1e-3


@pytest.mark.parametrize("name", ["SVAE", "PowerSphericalVAE"])
def test_on_the_circle(name):
    _, sampler = fitted(name)
    angles = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    assert abs(total(sampler, circle, 2 * np.pi / 400) - 1) < 1e-3
    np.testing.assert_allclose(np.linalg.norm(sampler.sample(9, seed=0), axis=1), 1, rtol=1e-5)


def test_on_the_poincare_ball():
    _, sampler = fitted("PoincareVAE", curvature=1.0)
    assert np.all(np.linalg.norm(sampler.sample(50, seed=0), axis=1) < 1)
    # In geodesic polar coordinates the volume is sinh(distance) ddistance dangle. Far out, what is
    # as wide as a posterior is narrow in its angle.
    distance, angle = np.meshgrid(0.05 * (np.arange(220) + 0.5), np.arange(1024) * np.pi / 512)
    radius = np.tanh(distance / 2)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1).reshape(-1, 2)
    volume = np.sinh(distance) * 0.05 * np.pi / 512
    density = np.exp(sampler.log_prob(points).astype("float64"))
    assert abs((density * volume.ravel()).sum() - 1) < 0.02


def test_on_bits_and_categories():
    _, sampler = fitted("BinaryVAE", 4)
    states = np.array(list(itertools.product([0.0, 1.0], repeat=4)))
    assert abs(total(sampler, states, 1) - 1) < 1e-4
    z = sampler.sample(4000, seed=0)
    assert set(np.unique(z)) == {0.0, 1.0}
    counts = [np.sum(np.all(z == state, axis=1)) for state in states]
    expected = np.exp(sampler.log_prob(states).astype("float64"))
    assert scipy.stats.chisquare(counts, 4000 * expected / expected.sum()).pvalue > 1e-3

    vae = models.CategoricalVAE((6,), num_variables=2, num_categories=3, hidden=(4,), seed=0)
    sampler = samplers.AggregatePosterior().fit(vae, X)
    rows = np.eye(3)[np.array(list(itertools.product(range(3), repeat=2)))]
    assert abs(total(sampler, rows, 1) - 1) < 1e-4
    assert sampler.sample(5, seed=0).shape == (5, 2, 3)


def test_number_of_posteriors():
    vae = small_vae()
    assert samplers.AggregatePosterior(4).fit(vae, X, seed=0).num_posteriors == 4
    assert samplers.AggregatePosterior(40).fit(vae, X).num_posteriors == 6


def test_pseudo_inputs_of_a_model_that_has_some():
    vae = small_vae(prior=priors.Vamp(4, seed=0))
    sampler = samplers.VampPseudoInputs(9).fit(vae, X)
    z = keras.ops.convert_to_tensor(sampler.sample(5, seed=0))
    np.testing.assert_allclose(
        sampler.log_prob(z), to_numpy(vae.prior().log_prob(z)), rtol=1e-4, atol=1e-5
    )
    assert sampler.arrays["pseudo_inputs"].shape == (4, 6)


def test_prior():
    sampler = samplers.Prior().fit(small_vae())
    z = sampler.sample(2000, seed=0)
    assert scipy.stats.kstest(z.ravel(), "norm").pvalue > 1e-3
    expected = scipy.stats.norm.logpdf(z).sum(axis=1)
    np.testing.assert_allclose(sampler.log_prob(z), expected, rtol=1e-4)
