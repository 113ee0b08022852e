"""Distributions on the sphere against SciPy, mpmath and quadrature."""

import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from backends import BACKEND, compiled, derivative, evaluate, shapes, to_numpy, to_tensor
from families import EPSILON
from keras import ops

from keras_vae.distributions import (
    HypersphericalUniform,
    PowerSpherical,
    VonMisesFisher,
    elementwise_kl,
    has_closed_form,
    kl_divergence,
)

CONCENTRATIONS = np.float32(np.geomspace(0.01, 1e4, 13)).astype("float64")
FAMILIES = {"vmf": VonMisesFisher, "power": PowerSpherical}
every = pytest.mark.parametrize("family", FAMILIES)
DIMENSIONS = pytest.mark.parametrize("dimension", [2, 3, 5, 20, 512])


def directions(n, dimension, seed=0):
    """Unit vectors, (n, dimension)."""
    x = np.random.default_rng(seed).normal(size=(n, dimension))
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype("float32")


def pole(dimension):
    return np.eye(dimension, dtype="float32")[0]


def at_pole(family, concentration, dimension):
    """Distributions around the first axis, with concentrations of any shape."""
    concentration = np.asarray(concentration)[..., None]
    mean = np.broadcast_to(pole(dimension), (*concentration.shape[:-1], dimension))
    return FAMILIES[family](to_tensor(mean), to_tensor(concentration))


def exact(family, concentration, dimension):
    """KL to the uniform and log of the density at the mean, in high precision."""
    with mpmath.workdps(60):
        x, d = mpmath.mpf(float(concentration)), mpmath.mpf(dimension)
        b = (d - 1) / 2
        if family == "vmf":
            v = d / 2 - 1
            log_mean = mpmath.log(mpmath.gamma(v + 1) * (2 / x) ** v * mpmath.besseli(v, x))
            slope = mpmath.besseli(v + 1, x) / mpmath.besseli(v, x)
            peak = x
        else:
            log_mean = mpmath.log(mpmath.beta(b + x, b) / mpmath.beta(b, b))
            slope = mpmath.digamma(b + x) - mpmath.digamma(2 * b + x)
            peak = mpmath.mpf(0)
        area = mpmath.log(2 * mpmath.pi ** (d / 2) / mpmath.gamma(d / 2))
        return float(x * slope - log_mean), float(peak - log_mean - area)


@every
@DIMENSIONS
def test_normalisers_and_kls_are_those_of_high_precision(family, dimension):
    q = at_pole(family, CONCENTRATIONS, dimension)
    mean = to_tensor(pole(dimension))
    kl, peak = evaluate(lambda: (q.kl_to_uniform(), q.log_prob(mean)))
    exact_kl, exact_peak = np.transpose([exact(family, x, dimension) for x in CONCENTRATIONS])
    # Two terms cancel in the KL, which are no larger than x, nor much larger than the dimension.
    terms = np.minimum(CONCENTRATIONS, 4 * dimension)
    assert np.all(np.abs(kl - exact_kl) <= 4 * EPSILON * (terms + 8 * exact_kl))
    np.testing.assert_allclose(peak, exact_peak, rtol=20 * EPSILON, atol=20 * EPSILON)


@every
@DIMENSIONS
def test_slopes_are_those_of_high_precision(family, dimension):
    kl = derivative(lambda t: at_tensor(family, t, dimension).kl_to_uniform(), CONCENTRATIONS)
    peak = derivative(
        lambda t: at_tensor(family, t, dimension).log_prob(to_tensor(pole(dimension))),
        CONCENTRATIONS,
    )

    def central(index, x):
        h = 1e-3 * x  # the error of the third order is 1e-6 of the function
        up, down = exact(family, x + h, dimension)[index], exact(family, x - h, dimension)[index]
        return (up - down) / (2 * h)

    np.testing.assert_allclose(kl, [central(0, x) for x in CONCENTRATIONS], 1e-4, EPSILON)
    np.testing.assert_allclose(peak, [central(1, x) for x in CONCENTRATIONS], rtol=1e-4)


def at_tensor(family, concentration, dimension):
    mean = to_tensor(np.tile(pole(dimension), (concentration.shape[0], 1)))
    return FAMILIES[family](mean, ops.expand_dims(concentration, -1))


@pytest.mark.parametrize("dimension", [2, 3, 10, 100])
@pytest.mark.parametrize("concentration", [0.5, 30.0, 1000.0])
def test_von_mises_fisher_log_density_is_scipys(dimension, concentration):
    mean = directions(1, dimension)[0]
    x = directions(50, dimension, seed=1) / math.sqrt(concentration) + mean
    x = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype("float32")
    q = VonMisesFisher(to_tensor(mean), to_tensor([concentration]))
    reference = scipy.stats.vonmises_fisher(unit64(mean), concentration).logpdf(unit64(x))
    # Rounded inputs move the cosine by a rounding or two.
    tolerance = 10 * EPSILON * (concentration + np.abs(reference).max() + 1)
    np.testing.assert_allclose(
        evaluate(lambda: q.log_prob(to_tensor(x))), reference, atol=tolerance
    )


def unit64(x):
    x = x.astype("float64")
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


@every
@pytest.mark.parametrize("concentration", [0.0, 0.3, 7.0, 300.0])
def test_density_integrates_to_one(family, concentration):
    angle = np.linspace(-np.pi, np.pi, 2001)[:-1]
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    q = FAMILIES[family](to_tensor(directions(1, 2)[0]), to_tensor([concentration]))
    density = np.exp(evaluate(lambda: q.log_prob(to_tensor(circle))))
    np.testing.assert_allclose(density.mean() * 2 * np.pi, 1.0, rtol=1e-4)
    # On the ordinary sphere the heights of a uniform point are uniform.
    height = np.polynomial.legendre.leggauss(400)
    points = np.stack([height[0], np.sqrt(1 - height[0] ** 2), 0 * height[0]], axis=-1)
    q = FAMILIES[family](to_tensor(pole(3)), to_tensor([concentration]))
    density = np.exp(evaluate(lambda: q.log_prob(to_tensor(points))))
    np.testing.assert_allclose(2 * np.pi * (density * height[1]).sum(), 1.0, rtol=1e-4)


@every
@pytest.mark.parametrize("dimension", [2, 512])
def test_everything_is_finite_with_gradients(family, dimension):
    x = directions(len(CONCENTRATIONS), dimension)

    def total(t):
        q = at_tensor(family, t, dimension)
        drawn = q.sample(seed=0)
        return ops.sum(q.log_prob(drawn) + q.log_prob(to_tensor(x)) + q.kl_to_uniform())

    concentrations = np.append(CONCENTRATIONS[1:], 0.0)
    assert np.all(np.isfinite(evaluate(lambda: total(to_tensor(concentrations)))))
    assert np.all(np.isfinite(derivative(total, concentrations)))


# ---- draws -----------------------------------------------------------------------------------


def cosine_cdf(family, concentration, dimension):
    """The distribution function of the cosine on a fine grid of angles, as a function."""
    # Fine where the density is: close to angle zero.
    width = min(np.pi, 12 * math.sqrt(dimension / max(concentration, 1e-3)))
    angle = np.linspace(0, width, 200_001)
    log_density = (dimension - 2) * np.log(np.sin(angle[1:-1]))
    if family == "vmf":
        log_density += concentration * (np.cos(angle[1:-1]) - 1)
    else:
        log_density += concentration * np.log1p(-(np.sin(angle[1:-1] / 2) ** 2))
    cdf = np.cumsum(np.exp(log_density - log_density.max()))
    return lambda x: np.interp(x, angle[1:-1], cdf / cdf[-1])


@every
@pytest.mark.parametrize("dimension", [2, 3, 10, 200])
def test_angles_follow_their_distribution_function(family, dimension):
    concentrations, mean = [0.01, 3.0, 100.0, 1e4], directions(1, dimension)
    means = np.repeat(mean, len(concentrations), axis=0)
    q = FAMILIES[family](to_tensor(means), to_tensor(np.array(concentrations)[:, None]))
    draws = evaluate(lambda: q.sample(5_000, seed=3))
    np.testing.assert_allclose(np.linalg.norm(draws, axis=-1), 1.0, rtol=1e-6)
    for concentration, x in zip(concentrations, draws.swapaxes(0, 1), strict=True):
        half = np.linalg.norm(x - mean, axis=1) / 2
        angle = 2 * np.arcsin(np.minimum(half, 1.0))
        uniform = cosine_cdf(family, concentration, dimension)(angle)
        assert scipy.stats.kstest(uniform, "uniform").pvalue > 1e-4
        # Round the mean direction no tangent is preferred.
        tangent = x - (x @ mean.T) * mean
        tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
        assert np.linalg.norm(tangent.mean(axis=0)) < 5 / math.sqrt(len(x))


@every
@pytest.mark.parametrize("dimension", [2, 10])
def test_draws_have_scipys_or_the_closed_mean(family, dimension):
    mean = directions(1, dimension)[0]
    q = FAMILIES[family](to_tensor(mean), to_tensor([4.0]))
    draws, expectation = evaluate(lambda: (q.sample(20_000, seed=0), q.expectation))
    if family == "vmf":
        v = dimension / 2 - 1
        length = scipy.special.ive(v + 1, 4.0) / scipy.special.ive(v, 4.0)
        scipys = scipy.stats.vonmises_fisher(unit64(mean), 4.0).rvs(20_000, random_state=0)
        assert_same_mean(draws, scipys.mean(axis=0), errors=7)
    else:
        length = 4.0 / (4.0 + dimension - 1)
    np.testing.assert_allclose(expectation, length * mean, rtol=1e-5, atol=1e-6)
    assert_same_mean(draws, expectation)


def assert_same_mean(draws, mean, errors=5):
    standard_error = draws.std(axis=0) / math.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - mean) <= errors * standard_error)


@every
@pytest.mark.parametrize("dimension", [2, 30])
def test_draws_move_with_the_concentration(family, dimension):
    concentrations = np.array([0.2, 5.0, 400.0])
    at = np.repeat(concentrations, 4000)
    slopes = derivative(lambda t: at_tensor(family, t, dimension).sample(seed=3)[:, 0], at)
    expected = derivative(
        lambda t: at_tensor(family, t, dimension).expectation[:, 0], concentrations
    )
    assert_same_mean(slopes.reshape(3, -1).T, expected)


@every
@pytest.mark.parametrize("dimension", [2, 10])
def test_draws_move_with_the_direction(family, dimension):
    # The mean of draws is the direction, shrunk: so is the mean of their derivatives.
    n, mean = 10_000, directions(1, dimension)
    weights = np.random.default_rng(1).normal(size=dimension)
    concentration = to_tensor(np.full((n, 1), 5.0))

    def moved(t):
        t = t / ops.norm(t, axis=-1, keepdims=True)
        return ops.sum(
            FAMILIES[family](t, concentration).sample(seed=1) * to_tensor(weights), axis=-1
        )

    slopes = derivative(moved, np.repeat(mean, n, axis=0))
    length = float(np.linalg.norm(to_numpy(at_pole(family, 5.0, dimension).expectation)))
    tangent = weights - (mean @ weights) * mean[0]
    standard_error = slopes.std(axis=0) / math.sqrt(n)
    assert np.all(np.abs(slopes.mean(axis=0) - length * tangent) <= 5 * standard_error + 1e-5)


@every
def test_kl_is_that_of_draws(family):
    for dimension, concentration in ((2, 3.0), (200, 300.0)):
        q = at_pole(family, concentration, dimension)
        p = HypersphericalUniform(dimension)

        def ratios(q=q, p=p):
            z = q.sample(10_000, seed=0)
            return q.log_prob(z) - p.log_prob(z), kl_divergence(q, p)

        each, kl = evaluate(ratios)
        assert abs(each.mean() - kl) < 4 * each.std() / math.sqrt(len(each))
        np.testing.assert_allclose(
            evaluate(q.entropy), -evaluate(lambda p=p, z=q.mean: p.log_prob(z)) - kl, rtol=1e-5
        )


def test_kl_of_the_event_is_refused_by_element():
    q, p = at_pole("vmf", [1.0], 3), HypersphericalUniform(3)
    assert has_closed_form(q, p)
    with pytest.raises(ValueError, match="whole event"):
        elementwise_kl(q, p)
    with pytest.raises(ValueError, match="one sphere"):
        kl_divergence(q, HypersphericalUniform(4))


def test_uniform_draws_and_density():
    p = HypersphericalUniform(3)
    draws, log_prob = evaluate(lambda: (p.sample(20_000, seed=0), p.log_prob(p.sample(5, seed=1))))
    np.testing.assert_allclose(np.linalg.norm(draws, axis=1), 1.0, rtol=1e-6)
    assert all(scipy.stats.kstest((c + 1) / 2, "uniform").pvalue > 1e-4 for c in draws.T)
    np.testing.assert_allclose(log_prob, -math.log(4 * math.pi), rtol=1e-6)


@every
def test_shapes_and_compilation(family):
    make = FAMILIES[family]
    q = make(to_tensor(directions(5, 4)), to_tensor(np.full((5, 1), 2.0)))
    z, many = ops.zeros((5, 4)), ops.zeros((7, 5, 4))
    assert shapes(lambda: (q.mean, q.sample(seed=0), q.sample(7, seed=0))) == [
        (5, 4),
        (5, 4),
        (7, 5, 4),
    ]
    assert shapes(lambda: (q.log_prob(z), q.log_prob(many), q.entropy())) == [(5,), (7, 5), (5,)]
    run = compiled(lambda mean: (make(mean, q.concentration).sample(3, seed=0), q.entropy()))
    draws, _ = run(q.mean_direction)
    np.testing.assert_allclose(np.linalg.norm(to_numpy(draws), axis=-1), 1.0, rtol=1e-6)


@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has graphs without shapes")
@every
def test_batch_size_may_be_unknown(family):
    from backends import without_batch_size

    make, mean = FAMILIES[family], to_tensor(directions(6, 4))

    def run(t):
        q = make(t, 2.0 + 0.0 * t[:, :1])
        return q.log_prob(q.sample(3, seed=0))

    np.testing.assert_allclose(to_numpy(without_batch_size(run)(mean)), to_numpy(run(mean)), 1e-4)
