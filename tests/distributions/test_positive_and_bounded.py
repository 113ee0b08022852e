"""Densities of positive numbers, of an interval and of angles: moments and integrals."""

import numpy as np
import pytest
import scipy.integrate
import scipy.stats
from backends import derivative, evaluate, to_tensor
from families import EPSILON, FAMILIES, float32, pairs
from keras import ops

from keras_vae.distributions import Beta, Gamma, LogNormal, TruncatedNormal, VonMises


def both_moments(q):
    return evaluate(lambda: (q.mean, q.variance))


def assert_moments(q, frozen, roundings=64):
    # exp of up to 20 turns one rounding of its argument into as many, and its square into twice.
    mean, variance = both_moments(q)
    np.testing.assert_allclose(mean, frozen.mean(), rtol=roundings * EPSILON)
    np.testing.assert_allclose(variance, frozen.var(), rtol=roundings * EPSILON)


def test_moments_of_gamma():
    log_mean, log_k = FAMILIES["gamma"].parameters
    q = Gamma(to_tensor(log_mean), to_tensor(log_k), event_ndim=0)
    assert_moments(q, scipy.stats.gamma(np.exp(log_k), 0, np.exp(log_mean - log_k)))


def test_moments_and_entropy_of_log_normal():
    location, log_var = pairs([-18.0, 0.0, 3.0], [-9.0, -1.0, 1.0])
    q = LogNormal(to_tensor(location), to_tensor(log_var), event_ndim=0)
    frozen = scipy.stats.lognorm(np.exp(log_var / 2), 0, np.exp(location))
    assert_moments(q, frozen)
    np.testing.assert_allclose(evaluate(q.entropy), frozen.entropy(), rtol=16 * EPSILON)


def test_moments_of_beta():
    logits, log_precision = FAMILIES["beta"].parameters
    q = Beta(to_tensor(logits), to_tensor(log_precision), event_ndim=0)
    a, b = (np.exp(log_precision) * scipy.special.expit(sign * logits) for sign in (1, -1))
    assert_moments(q, scipy.stats.beta(a, b))


def test_moments_of_truncated_normal():
    location, log_scale = pairs([-3.0, -0.1, 0.0, 0.4, 1.5], np.log([0.03, 0.5, 4.0, 100.0]))
    scale = np.exp(log_scale)
    q = TruncatedNormal(to_tensor(location), to_tensor(log_scale), event_ndim=0)
    mean, variance = both_moments(q)

    def quadrature(location, scale):
        grid = np.linspace(0, 1, 200_001)
        log_p = -0.5 * ((grid - location) / scale) ** 2
        p = np.exp(log_p - log_p.max())
        first = scipy.integrate.simpson(p * grid, x=grid) / scipy.integrate.simpson(p, x=grid)
        second = scipy.integrate.simpson(p * (grid - first) ** 2, x=grid)
        return first, second / scipy.integrate.simpson(p, x=grid)

    reference = np.array([quadrature(*pair) for pair in zip(location, scale, strict=True)]).T
    np.testing.assert_allclose(mean, reference[0], rtol=32 * EPSILON)
    # A rounding of the location is one of many deviations where these are small.
    np.testing.assert_allclose(variance, reference[1], rtol=256 * EPSILON)


def test_moments_and_entropy_of_von_mises():
    location, log_concentration = pairs([-3.0, 0.0, 1.3], np.log([1e-3, 1.0, 30.0]))
    concentration = np.exp(log_concentration)
    q = VonMises(to_tensor(location), to_tensor(log_concentration), event_ndim=0)
    mean, variance = evaluate(lambda: (q.mean, q.circular_variance))
    np.testing.assert_allclose(mean, location, rtol=4 * EPSILON)
    circular = 1 - scipy.special.ive(1, concentration) / scipy.special.ive(0, concentration)
    np.testing.assert_allclose(variance, circular, rtol=64 * EPSILON)
    entropy = scipy.stats.vonmises(concentration).entropy()
    # The Bessel function's recurrence has terms up to 18.
    np.testing.assert_allclose(evaluate(q.entropy), entropy, rtol=0, atol=4 * EPSILON * 18)


def test_von_mises_has_the_period_of_a_turn():
    q = VonMises(to_tensor([0.4]), to_tensor([1.0]), event_ndim=0)
    points = to_tensor(float32(1.1 + 2 * np.pi * np.array([0, 1, -1, 3])))
    log_prob = evaluate(lambda: q.log_prob(points))
    np.testing.assert_allclose(log_prob, log_prob[0], rtol=32 * EPSILON)
    far = VonMises(to_tensor([0.4 + 2 * np.pi]), to_tensor([1.0]), event_ndim=0)
    np.testing.assert_allclose(evaluate(lambda: far.mean), 0.4, rtol=32 * EPSILON)


T = [-0.7, 0.0, 0.4, 1.2]
# the density of t in a variable that runs over all real numbers or the interval, and its points
INTEGRALS = {
    "gamma": (lambda t: Gamma(t, -t, 0), np.exp, np.linspace(-60, 5, 2**14 + 1)),
    "log_normal": (lambda t: LogNormal(t, t, 0), np.exp, np.linspace(-25, 25, 2**14 + 1)),
    "beta": (lambda t: Beta(t, t, 0), scipy.special.expit, np.linspace(-60, 60, 2**14 + 1)),
    "von_mises": (lambda t: VonMises(t, 3 * t, 0), None, np.linspace(-2, 2 * np.pi - 2, 2**14 + 1)),
    "truncated_normal": (
        lambda t: TruncatedNormal(t, 2 * t, 0.0, 1.0, 0),
        None,
        np.linspace(0, 1, 4097),
    ),
}


@pytest.mark.parametrize("name", INTEGRALS)
def test_density_integrates_to_one(name):
    make, variable, y = INTEGRALS[name]
    q = make(to_tensor(T))
    x = y if variable is None else variable(y)
    if name == "beta":  # beyond float32's last number below one
        x, y = x[x < 1 - 1e-7], y[x < 1 - 1e-7]
    points = to_tensor(x[:, None])
    density = np.exp(evaluate(lambda: q.log_prob(points)))
    if variable is not None:
        density *= np.gradient(x, y, edge_order=2)[:, None]
    total = scipy.integrate.trapezoid(density, y, axis=0)
    # Beta: what is left beyond the last point, its float32 numbers below one being far apart.
    np.testing.assert_allclose(total, 1.0, atol=2e-3 if name == "beta" else 2e-5)


@pytest.mark.parametrize("name", ["gamma", "beta"])
def test_draws_at_the_edges_have_a_finite_density(name):
    make = {"gamma": Gamma, "beta": Beta}[name]
    first, second = np.meshgrid([-15.0, 0.0, 15.0], np.log([1e-4, 1.0, 1e6]))
    q = make(to_tensor(first), to_tensor(second), event_ndim=0)
    draws, log_prob = evaluate(lambda: (lambda x: (x, q.log_prob(x)))(q.sample(200, seed=0)))
    assert np.all(draws > 0) and np.all(np.isfinite(log_prob))
    slopes = derivative(lambda t: make(t, to_tensor(second)).log_prob(to_tensor(draws)), first)
    assert np.all(np.isfinite(slopes))


def test_truncated_normal_far_outside_is_an_exponential():
    # From 1e4 deviations below: density exp(-x d / s^2) from the lower end on.
    q = TruncatedNormal(to_tensor([-100.0]), to_tensor([np.log(0.01)]), event_ndim=0)
    draws = evaluate(lambda: q.sample(20_000, seed=1)).ravel()
    rate = 100.0 / 0.01**2
    assert scipy.stats.kstest(draws * rate, "expon", method="asymp").pvalue > 1e-4
    x = to_tensor(1e-6)
    expected = np.log(rate) - 1e-6 * rate
    np.testing.assert_allclose(evaluate(lambda: ops.squeeze(q.log_prob(x))), expected, rtol=1e-5)
