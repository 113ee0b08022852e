"""Likelihoods of models whose log p(x) is known: linear-Gaussian, and with few discrete latents."""

import itertools
import math

import numpy as np
import pytest
import scipy.special
from checks import perturb
from toys import LinearGaussian, grey, small_vae

from keras_vae import models, priors
from keras_vae.evaluation import (
    NotApplicable,
    annealed_log_likelihood,
    bits_per_dimension,
    elbo,
    log_likelihood,
    rate_distortion,
)

LINEAR = LinearGaussian()
X = LINEAR.sample(7)
#: a posterior with e^0.8 times the true variance, and means that are off
SHIFTS = (0.8, 0.2)
FEW = {"num_chains": 8, "num_steps": 120, "num_leapfrog": 3, "verbose": 0}


@pytest.fixture(scope="module")
def linear():
    return LINEAR.vae(*SHIFTS)


@pytest.fixture(scope="module")
def binary():
    return perturb(models.BinaryVAE((6,), latent_dim=4, hidden=(4,), seed=0), scale=0.5)


def enumerated(vae, x):
    """log p(x) over all latents of bits, by a sum."""
    z = np.array(list(itertools.product([0.0, 1.0], repeat=4)), "float32")
    probs = vae.decode(z).astype("float64")  # (16, data)
    log_p = x @ np.log(probs).T + (1 - x) @ np.log1p(-probs).T
    return scipy.special.logsumexp(log_p, axis=1) - 4 * math.log(2)  # a uniform prior


def test_importance_sampling_of_the_linear_model(linear):
    estimate = log_likelihood(linear, X, num_samples=4000, batch_size=3000, verbose=0)
    truth = LINEAR.log_prob(X)
    assert np.all(np.abs(estimate.values - truth) < 4.5 * estimate.errors)
    assert abs(estimate.mean - truth.mean()) < 4 * estimate.sampling_error < 0.1
    expected = np.std(estimate.values, ddof=1) / math.sqrt(7)
    assert estimate.standard_error == pytest.approx(expected)
    assert estimate.num_examples == 7 and estimate.num_samples == 4000


def test_importance_sampling_of_enumerable_bits(binary):
    x = (grey(5) > 0.5).astype("float32")
    estimate = log_likelihood(binary, x, num_samples=3000)
    truth = enumerated(binary, x)
    assert np.all(np.abs(estimate.values - truth) < 4.5 * estimate.errors + 1e-5)
    assert np.all(elbo(binary, x).elbo.mean < truth.mean())


def test_mean_is_over_all_examples_and_not_the_last_batch():
    # With the exact posterior a single draw gives log p(x), whatever the batches.
    exact = LINEAR.vae()
    truth = LINEAR.log_prob(X).mean()
    rate = elbo(exact, X).rate.mean
    for size in (None, 3):
        assert log_likelihood(exact, X, 1, batch_size=size).mean == pytest.approx(truth, abs=1e-4)
        assert elbo(exact, X, batch_size=size).rate.mean == pytest.approx(rate, rel=1e-5)
    assert log_likelihood(exact, X[:3], 1).mean != pytest.approx(truth, abs=0.1)


def test_parts_of_the_bound(linear):
    bound = elbo(linear, X, num_samples=2000)
    log_var = np.log(LINEAR.variance) + SHIFTS[0]
    mean = LINEAR.posterior_mean(X) + SHIFTS[1]
    rate = 0.5 * np.sum(np.exp(log_var) + mean**2 - 1 - log_var, axis=1)
    np.testing.assert_allclose(bound.rate.values, rate, rtol=1e-5)
    np.testing.assert_allclose(bound.rate.errors, 0.0, atol=1e-5)
    gap = LINEAR.kl_to_posterior(*SHIFTS)
    error = np.abs(bound.elbo.values - (LINEAR.log_prob(X) - gap))
    assert np.all(error < 4.5 * bound.elbo.errors)
    total = bound.elbo.values + bound.distortion.values + bound.rate.values
    np.testing.assert_allclose(total, 0.0, atol=1e-4)
    assert np.all(np.isinf(elbo(linear, X).elbo.errors))  # of one draw


@pytest.mark.parametrize("start", ["prior", "encoder"])
def test_annealing_of_the_linear_model(linear, start):
    x = np.repeat(X[:4], 8, axis=0)  # 64 chains an example, in 8 estimates
    estimate = annealed_log_likelihood(linear, x, start=start, batch_size=160, **FEW)
    errors = (estimate.values - np.repeat(LINEAR.log_prob(X[:4]), 8)).reshape(4, 8)
    # The mean weight is unbiased; so its errors, pooled over estimates, are the chains'.
    weights = np.exp(errors)
    spread = np.sqrt(np.mean((estimate.errors.reshape(4, 8) * weights) ** 2, axis=1) / 8)
    assert np.all(np.abs(weights.mean(axis=1) - 1.0) < 4.5 * spread + 0.01)
    assert np.all(spread < 0.2)


def test_annealing_repeats_with_its_seed(linear):
    first, again, other = (annealed_log_likelihood(linear, X, seed=s, **FEW) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.values, again.values)
    assert np.all(first.values != other.values)


def test_annealing_is_tighter_where_the_encoder_is_poor(linear):
    # An encoder with a twelfth of the deviation: the few draws that carry the weight are missed.
    poor = LINEAR.vae(log_var_shift=-5.0)
    truth = LINEAR.log_prob(X).mean()
    assert log_likelihood(poor, X, 100).mean < truth - 0.5
    assert abs(annealed_log_likelihood(poor, X, **FEW).mean - truth) < 0.3


@pytest.mark.parametrize("name, kind", [("BinaryVAE", "discrete"), ("SVAE", "on a sphere")])
def test_annealing_refuses_latents_that_are_no_real_numbers(name, kind, binary):
    vae = binary if name == "BinaryVAE" else models.SVAE((6,), latent_dim=3, hidden=(4,))
    with pytest.raises(NotApplicable, match=f"latents are {kind}; use log_"):
        annealed_log_likelihood(vae, grey(2), **FEW)


def test_no_bound_without_a_density():
    vae = models.Autoencoder((6,), latent_dim=2, hidden=(4,))
    for function in (log_likelihood, elbo):
        with pytest.raises(NotApplicable, match="posteriors.Deterministic, a single point"):
            function(vae, grey(2))
    flow = models.PlanarVAE((6,), latent_dim=2, num_flows=2, hidden=(4,))
    with pytest.raises(NotApplicable, match='use start="prior"'):
        annealed_log_likelihood(flow, grey(2), start="encoder", **FEW)


def test_conditional_models_take_their_condition():
    prior = priors.NormalMixture(num_components=3, seed=0)  # with no closed form of the KL either
    vae = models.ConditionalVAE(
        (6,), condition_shape=(3,), latent_dim=2, hidden=(4,), prior=prior, seed=0
    )
    x, labels = grey(4), np.array([0, 1, 2, 0])
    both = {"x": x, "condition": labels}
    for function in (log_likelihood, elbo):
        given, joined = function(vae, x, 5, condition=labels), function(vae, both, 5)
        assert str(given) == str(joined)
    estimate = annealed_log_likelihood(vae, x, condition=labels, **FEW)
    exact = log_likelihood(vae, x, 10_000, condition=labels, verbose=0)
    spread = np.hypot(exact.errors, estimate.errors)
    assert np.all(np.abs(estimate.values - exact.values) < 4.5 * spread + 0.02)


def test_rate_and_distortion_of_several_models(linear):
    points = rate_distortion({0.5: linear, "exact": LINEAR.vae()}, X)
    bound = elbo(linear, X)
    assert points[0] == (0.5, bound.rate.mean, bound.distortion.mean)
    assert [point.name for point in rate_distortion([linear, linear], X)] == [0, 1]
    with pytest.raises(ValueError, match="at least one model"):
        rate_distortion([], X)


def test_bits_per_dimension():
    vae = small_vae()
    x = (grey(4) > 0.5).astype("float32")
    estimate = log_likelihood(vae, x, 10)
    bits = bits_per_dimension(estimate, (6,))
    assert bits.mean == pytest.approx(-estimate.mean / (6 * math.log(2)))
    assert bits.unit == "bits per dimension" and "bits per dimension" in str(bits)
    # A uniform density on [0, 1) gives each of 256 levels 1/256: 8 bits.
    assert bits_per_dimension(0.0, (32, 32, 3), bin_width=1 / 256) == pytest.approx(8.0)
    assert bits_per_dimension(-math.log(256) * 5, (5,)) == pytest.approx(8.0)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda vae: log_likelihood(vae, X[:, :2]), r"x must have the shape \(n, 5\)"),
        (lambda vae: log_likelihood(vae, X, num_samples=0), "num_samples=0"),
        (lambda vae: elbo(vae, X, num_samples=1.5), "num_samples=1.5"),
        (lambda vae: annealed_log_likelihood(vae, X, num_steps=1), "num_steps >= 2"),
        (lambda vae: annealed_log_likelihood(vae, X, start="p"), "one of .*Received: start='p'"),
        (
            lambda vae: bits_per_dimension(0.0, (5,), bin_width=0),
            "`bin_width` must be a number > 0",
        ),
        (lambda vae: bits_per_dimension(0.0, 784), "`data_shape` must be a tuple"),
    ],
)
def test_bad_arguments(linear, call, message):
    with pytest.raises(ValueError, match=message):
        call(linear)
