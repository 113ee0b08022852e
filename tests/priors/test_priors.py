"""Priors: their distributions, draws and temperatures, and where training moves them."""

import math
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import quick_compile, to_numpy
from toys import compute, tensor

from keras_vae import VAE, likelihoods, networks, priors

COUNT = 20_000
LOGITS = np.array([0.0, 1.0, -1.0])
MEANS = np.array([[0.0, 0.0], [3.0, -2.0], [-1.0, 5.0]])
LOG_VARS = np.array([[0.0, -2.0], [1.0, 0.5], [-3.0, -1.0]])
MEAN, LOG_VAR = np.array([1.0, -2.0]), np.array([0.5, -1.0])


class Case(NamedTuple):
    """A prior over two latents as a mixture: weights (k,), means and variances (k, 2)."""

    make: Any
    values: dict  # of its weights
    weights: Any
    means: Any
    variances: Any

    def prior(self):
        prior = self.make()
        prior.build_once((2,))
        for name, value in self.values.items():
            getattr(prior, name).assign(value)
        return prior

    def log_prob(self, z):
        deviations = np.sqrt(self.variances)
        each = scipy.stats.norm(self.means, deviations).logpdf(z[:, None]).sum(axis=-1)
        return scipy.special.logsumexp(np.log(self.weights) + each, axis=-1)


CASES = {
    "standard_normal": Case(priors.StandardNormal, {}, [1.0], np.zeros((1, 2)), np.ones((1, 2))),
    "learned_normal": Case(
        priors.LearnedNormal,
        {"mean": MEAN, "log_var": LOG_VAR},
        [1.0],
        MEAN[None],
        np.exp(LOG_VAR)[None],
    ),
    "normal_mixture": Case(
        lambda: priors.NormalMixture(num_components=3),
        {"logits": LOGITS, "means": MEANS, "log_vars": LOG_VARS},
        scipy.special.softmax(LOGITS),
        MEANS,
        np.exp(LOG_VARS),
    ),
}
every = pytest.mark.parametrize("name", CASES)


@every
def test_log_prob(name):
    z = np.random.default_rng(0).normal(size=(50, 2)) * 3
    prior = CASES[name].prior()
    ours = compute(lambda: prior.distribution().log_prob(tensor(z)))
    np.testing.assert_allclose(ours, CASES[name].log_prob(z), rtol=1e-5, atol=1e-5)


@every
@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_moments_of_draws(name, temperature):
    case = CASES[name]
    prior = case.prior()
    draws = compute(lambda: prior.sample(COUNT, seed=0, temperature=temperature))
    assert draws.shape == (COUNT, 2)
    # The temperature multiplies the deviations of the components, not the distances of their means.
    mean = case.weights @ case.means
    variance = case.weights @ (temperature**2 * case.variances + (case.means - mean) ** 2)
    for values, expected in [(draws, mean), ((draws - mean) ** 2, variance)]:
        standard_error = values.std(axis=0) / math.sqrt(COUNT)
        assert np.all(np.abs(values.mean(axis=0) - expected) < 4.5 * standard_error)


@every
def test_no_noise_at_temperature_zero(name):
    case = CASES[name]
    draws = to_numpy(case.prior().sample(200, seed=0, temperature=0.0))
    distance = np.abs(draws[:, None] - case.means).max(axis=-1).min(axis=-1)
    np.testing.assert_allclose(distance, 0.0, atol=1e-30)


@every
def test_temperature_must_not_be_negative(name):
    with pytest.raises(
        ValueError,
        match="`temperature` must be a number >= 0. Received: temperature=-1",
    ):
        CASES[name].prior().sample(3, temperature=-1)


@every
def test_seed_repeats_the_draws(name):
    prior = CASES[name].prior()
    first, again, other = (to_numpy(prior.sample(50, seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@every
def test_starts_at_the_documented_values(name):
    prior = CASES[name].make()
    prior.build_once((2,))
    weights = {weight.name: to_numpy(weight) for weight in prior.weights}
    for parameter in ("mean", "log_var", "log_vars", "logits"):
        assert np.all(weights.get(parameter, 0.0) == 0.0)
    if "means" in weights:  # apart, or all components would move alike
        assert len(np.unique(weights["means"])) == weights["means"].size


def fit_prior(prior, means, log_var, epochs):
    """Train nothing but the prior, under posteriors N(means, exp(log_var)), (n, latent)."""
    latent_dim = means.shape[1]
    shapes = {"mean": (latent_dim,), "log_var": (latent_dim,)}
    encoder = networks.mlp((latent_dim,), shapes, hidden=())
    identity, zeros = np.eye(latent_dim), np.zeros(latent_dim)
    encoder.set_weights([identity, zeros, 0 * identity, zeros + log_var])
    decoder = networks.mlp((latent_dim,), {"mean": (latent_dim,)}, hidden=())
    encoder.trainable = decoder.trainable = False
    vae = VAE(encoder, decoder, prior=prior, likelihood=likelihoods.Normal(), seed=0)
    quick_compile(vae, keras.optimizers.Adam(0.05))
    # All data in each batch, ten batches an epoch.
    x = np.tile(means, (10, 1)).astype("float32")
    vae.fit(x, batch_size=len(means), epochs=epochs, shuffle=False, verbose=0)
    return vae.prior()


def test_learned_normal_takes_the_moments_of_the_aggregate_posterior():
    # The nearest normal to a set of posteriors, by the mean KL from them, has their moments.
    means = np.random.default_rng(0).normal(size=(100, 2)) * [0.5, 2.0] + [1.0, -1.5]
    prior = fit_prior(priors.LearnedNormal(), means, log_var=-2.0, epochs=20)
    np.testing.assert_allclose(to_numpy(prior.mean), means.mean(axis=0), atol=0.01)
    variance = means.var(axis=0) + math.exp(-2.0)
    np.testing.assert_allclose(to_numpy(prior.variance), variance, rtol=0.02)


def test_mixture_becomes_the_aggregate_posterior():
    # Posteriors at two places are a mixture of two; the best prior is that mixture itself.
    places = np.repeat([[-3.0, 1.0], [2.0, 0.0]], [300, 700], axis=0)
    prior = fit_prior(priors.NormalMixture(2, seed=0), places, log_var=-1.0, epochs=30)
    order = np.argsort(to_numpy(prior.components.mean)[:, 0])
    weights = scipy.special.softmax(to_numpy(prior.logits))[order]
    np.testing.assert_allclose(weights, [0.3, 0.7], atol=0.02)
    np.testing.assert_allclose(to_numpy(prior.components.mean)[order], places[[0, -1]], atol=0.1)
    np.testing.assert_allclose(to_numpy(prior.components.variance), math.exp(-1.0), rtol=0.15)
