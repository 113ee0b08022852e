"""Draws: their distribution, their gradients, their seeds and their shapes."""

import functools
import math

import keras
import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
from backends import (
    BACKEND,
    compiled,
    derivative,
    evaluate,
    shapes,
    to_numpy,
    to_tensor,
    without_batch_size,
)
from families import EPSILON, FROM_TENSOR, random_distribution
from keras import ops

from keras_vae import backend
from keras_vae.distributions import ContinuousBernoulli

COUNT = 20_000
REPARAMETERISED = ["normal", "laplace", "logistic", "student_t", "hyperbolic_secant"]
REPARAMETERISED += ["continuous_bernoulli", "log_normal", "truncated_normal"]
CONTINUOUS = [*REPARAMETERISED, "gamma", "beta", "von_mises"]
COUNTS = ["poisson", "negative_binomial", "zero_inflated_negative_binomial"]
DISCRETE = ["bernoulli", "categorical", "discretized_logistic", "ordinal", *COUNTS]
every = pytest.mark.parametrize("name", FROM_TENSOR)


@functools.cache
def many_draws(name):
    """A distribution of five elements, and its draws, (COUNT, 5)."""
    q = random_distribution(name, (5,))
    return q, evaluate(lambda: q.sample(COUNT, seed=1))


def assert_mean(draws, mean):
    """The mean over the first axis is `mean` within five standard errors."""
    standard_error = draws.std(axis=0) / math.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - mean) <= 5 * standard_error)


# The mean of a discretised logistic is that before rounding: its frequencies are tested instead.
# Angles have no variance.
@pytest.mark.parametrize(
    "name", [n for n in FROM_TENSOR if n not in ("discretized_logistic", "von_mises")]
)
def test_mean_and_variance(name):
    q, draws = many_draws(name)
    mean, variance = evaluate(lambda: (q.mean, q.variance))
    assert_mean(draws, mean)
    assert_mean((draws - mean) ** 2, variance)


def distribution_function(name, q):
    """scipy's, or the textbook's, as a function of x (draws, event)."""
    if name == "continuous_bernoulli":
        logits = to_numpy(q.logits)
        return lambda x: np.expm1(logits * x) / np.expm1(logits)
    if name == "element_mixture":
        weights = scipy.special.softmax(to_numpy(q.logits))
        component = distribution_function("logistic", q.components)
        return lambda x: component(x[..., None]) @ weights
    if name == "normal":
        return scipy.stats.norm(to_numpy(q.mean), np.exp(0.5 * to_numpy(q.log_var))).cdf
    if name == "student_t":
        return scipy.stats.t(5.0, to_numpy(q.mean), np.exp(to_numpy(q.log_scale))).cdf
    if name == "hyperbolic_secant":
        return scipy.stats.hypsecant(to_numpy(q.mean), np.exp(to_numpy(q.log_scale))).cdf
    if name == "log_normal":
        deviation, median = np.exp(to_numpy(q.log_var) / 2), np.exp(to_numpy(q.location))
        return scipy.stats.lognorm(deviation, 0, median).cdf
    if name == "gamma":
        mean, shape = np.exp(to_numpy(q.log_mean)), np.exp(to_numpy(q.log_concentration))
        return scipy.stats.gamma(shape, 0, mean / shape).cdf
    if name == "beta":
        mean, precision = scipy.special.expit(to_numpy(q.logits)), np.exp(to_numpy(q.log_precision))
        return scipy.stats.beta(mean * precision, (1 - mean) * precision).cdf
    if name == "von_mises":
        location, concentration = to_numpy(q.location), np.exp(to_numpy(q.log_concentration))
        frozen = scipy.stats.vonmises(concentration)
        # Counted from the location, in one period.
        return lambda x: frozen.cdf((x - location + np.pi) % (2 * np.pi) - np.pi)
    if name == "truncated_normal":
        location, scale = to_numpy(q.location), np.exp(to_numpy(q.log_scale))
        ends = (q.low - location) / scale, (q.high - location) / scale
        return scipy.stats.truncnorm(*ends, location, scale).cdf
    frozen = {"laplace": scipy.stats.laplace, "logistic": scipy.stats.logistic}[name]
    return frozen(to_numpy(q.mean), np.exp(to_numpy(q.log_scale))).cdf


@pytest.mark.parametrize("name", [*CONTINUOUS, "element_mixture"])
def test_continuous_draws_follow_their_distribution_function(name):
    q, draws = many_draws(name)
    uniform = distribution_function(name, q)(draws)
    assert all(scipy.stats.kstest(column, "uniform").pvalue > 1e-4 for column in uniform.T)


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_draws_come_as_often_as_they_should(name):
    q, draws = many_draws(name)
    values = np.unique(draws)
    x = to_tensor(values[:, None])
    probs = np.exp(evaluate(lambda: q._replace(event_ndim=0).log_prob(x)))
    counts = (draws == values[:, None, None]).sum(axis=1)
    np.testing.assert_allclose(probs.sum(axis=0), 1.0, atol=1e-3)  # no value is missing
    for observed, p in zip(counts.T, probs.T, strict=True):
        often = p * COUNT >= 5  # where chi-square holds
        expected = p[often] / p[often].sum() * observed[often].sum()
        assert scipy.stats.chisquare(observed[often], expected).pvalue > 1e-4


# Negative and positive, far and near, and on both sides of the series for the quantile.
EDGES = np.float32([-100, -50, -1e-2, -1e-8, 0, 1e-4, 0.049, 0.051, 9, 50, 100]).astype("float64")


def test_continuous_bernoulli_draws_at_the_edges():
    logits = to_tensor(EDGES)
    draws = evaluate(lambda: ContinuousBernoulli(logits).sample(COUNT, seed=2))
    assert draws.min() >= 0 and draws.max() <= 1
    for value, column in zip(EDGES, draws.T, strict=True):
        uniform = np.expm1(value * column) / np.expm1(value) if value else column
        assert scipy.stats.kstest(uniform, "uniform").pvalue > 1e-4


def test_continuous_bernoulli_draws_are_quantiles():
    def quantile(u, logits):
        return mpmath.log1p(u * mpmath.expm1(logits)) / logits if logits else u

    def draws(t):
        return ContinuousBernoulli(t).sample(seed=6)

    def quantile_derivative(*orders):
        with mpmath.workdps(60):
            exact = np.frompyfunc(lambda *pair: mpmath.diff(quantile, pair, orders), 2, 1)
            return exact(to_mpf(u), to_mpf(logits)).astype("float64")

    to_mpf = np.frompyfunc(mpmath.mpf, 1, 1)
    logits = np.repeat(EDGES[:, None], 50, axis=1)
    # At logits of 0 the draw is the uniform number that all others with its seed come from.
    u = derivative(draws, np.zeros_like(logits), order=0)
    # Besides a few roundings of its own, what roundings of u change.
    error = np.abs(derivative(draws, logits, order=0) - quantile_derivative(0, 0))
    assert np.all(error <= 4 * EPSILON * (1 + np.abs(quantile_derivative(1, 0))))
    # Outside of the series the slope is a difference of terms over l.
    terms = np.where(np.abs(logits) < 0.05, 1, 1 / np.maximum(0.05, np.abs(logits)))
    error = np.abs(derivative(draws, logits) - quantile_derivative(0, 1))
    assert np.all(error <= 4 * EPSILON * (terms + np.abs(quantile_derivative(1, 1))))


def test_continuous_bernoulli_draws_move_with_the_logits():
    # In an exponential family the derivative of the mean is the variance.
    at = np.tile(EDGES, (COUNT, 1))
    slopes = derivative(lambda t: ContinuousBernoulli(t).sample(seed=3), at)
    logits = to_tensor(EDGES)
    assert_mean(slopes, evaluate(lambda: ContinuousBernoulli(logits).variance))


@pytest.mark.parametrize("name", REPARAMETERISED)
def test_gradient_of_draws_is_the_gradient_of_the_moments(name):
    t = np.array([-1.0, 0.0, 0.7])
    make, repeated = FROM_TENSOR[name], np.tile(t, (COUNT, 1))
    draws = evaluate(lambda: make(to_tensor(repeated)).sample(seed=4))
    slopes = derivative(lambda t: make(t).sample(seed=4), repeated)
    assert_mean(slopes, derivative(lambda t: make(t).mean, t))
    second = derivative(lambda t: ops.square(make(t).mean) + make(t).variance, t)
    assert_mean(2 * draws * slopes, second)


@pytest.mark.parametrize("name", ["normal", "laplace", "logistic"])
def test_draws_move_with_the_mean(name):
    q = random_distribution(name, (7,))
    slope = derivative(lambda t: q._replace(mean=t).sample(10, seed=5), to_numpy(q.mean))
    np.testing.assert_array_equal(slope, 10.0)


@every
def test_seeds_own_the_draw(name):
    q = random_distribution(name, (5,))
    generator = keras.random.SeedGenerator(7)
    first, again, other, moving, moved = (
        to_numpy(q.sample(20, seed=seed)) for seed in (7, 7, 2**31 - 1, generator, generator)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)
    assert np.any(moving != moved)


@every
def test_draws_are_independent(name):
    # Between the elements of an event, and between one draw and the next.
    _, draws = many_draws(name)
    correlation = np.corrcoef(np.concatenate([draws[:-1].T, draws[1:].T]))
    np.fill_diagonal(correlation, 0.0)
    if name == "event_mixture":  # its elements share the choice of a component
        correlation = correlation[:5, 5:]
    assert np.all(np.abs(correlation) < 5 / math.sqrt(COUNT))


@every
@pytest.mark.parametrize("event_ndim", [0, 1, 2])
def test_shapes(name, event_ndim):
    q = random_distribution(name, (5, 2, 3), event_ndim)
    draws = shapes(lambda: (q.mean, q.sample(seed=0), q.sample(7, seed=0)))
    assert draws == [(5, 2, 3), (5, 2, 3), (7, 5, 2, 3)]
    if q.traits.has_variance:
        assert shapes(lambda: (q.variance,)) == [(5, 2, 3)]
    one, many = ops.zeros((5, 2, 3)), ops.zeros((7, 5, 2, 3))
    scores = shapes(lambda: (q.log_prob(one), q.log_prob(many)))
    assert scores == [(5, 2, 3)[: 3 - event_ndim], (7, 5, 2, 3)[: 4 - event_ndim]]
    if hasattr(q, "entropy"):
        assert shapes(lambda: (q.entropy(),)) == [(5, 2, 3)[: 3 - event_ndim]]


@every
def test_parameters_and_inputs_broadcast(name):
    shared, many = random_distribution(name, (4,)), random_distribution(name, (10, 6, 4))
    event, events = ops.zeros((4,)), ops.zeros((6, 4))
    scores = shapes(
        lambda: (
            shared.log_prob(event),
            shared.log_prob(ops.zeros((10, 6, 4))),
            many.log_prob(event),
            many.log_prob(events),
        )
    )
    assert scores == [(), (10, 6), (10, 6), (10, 6)]
    assert shapes(lambda: (shared.sample(seed=0), shared.sample(10, seed=0))) == [(4,), (10, 4)]


@every
def test_compiled(name):
    q, draws = many_draws(name)
    t, x = to_tensor(np.random.default_rng(0).normal(size=(5,))), to_tensor(draws[:20])
    make = FROM_TENSOR[name]
    run = compiled(lambda t: (make(t).log_prob(x), make(t).sample(20, seed=0)))
    log_prob, draws = (to_numpy(tensor) for tensor in run(t))
    np.testing.assert_allclose(log_prob, evaluate(lambda: q.log_prob(x)), rtol=1e-5, atol=1e-5)
    # XLA on TensorFlow has a generator of its own: the draws are others than those of eager calls.
    assert draws.shape == (20, 5) and np.all(np.isfinite(draws))


@every
@pytest.mark.skipif(BACKEND != "tensorflow", reason="only TensorFlow has graphs without shapes")
def test_batch_size_may_be_unknown(name):
    t, make = to_tensor(np.random.default_rng(0).normal(size=(6, 4))), FROM_TENSOR[name]
    x = make(t).sample(3, seed=0)
    run = without_batch_size(lambda t: (make(t).log_prob(x), make(t).sample(3, seed=0)))
    log_prob, draws = (to_numpy(tensor) for tensor in run(t))
    np.testing.assert_allclose(log_prob, to_numpy(make(t).log_prob(x)), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(draws, to_numpy(x), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("seed", [3, 2**31 - 1])
def test_noise_of_the_backend_is_that_of_keras(seed):
    """On TensorFlow it names its generator, because the one that XLA chooses is slow."""
    for of in (int, keras.random.SeedGenerator):
        ours = to_numpy(backend.normal((3, 4), seed=of(seed)))
        np.testing.assert_array_equal(ours, to_numpy(keras.random.normal((3, 4), seed=of(seed))))
        ours = to_numpy(backend.uniform((3, 4), 0.2, 0.9, seed=of(seed)))
        keras_draw = keras.random.uniform((3, 4), 0.2, 0.9, seed=of(seed))
        np.testing.assert_array_equal(ours, to_numpy(keras_draw))
    assert not np.array_equal(to_numpy(backend.normal((3,))), to_numpy(backend.normal((3,))))
