"""Relaxed discrete distributions: their densities, limits and gradients."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from backends import derivative, evaluate, shapes, to_tensor
from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    OneHotCategorical,
    RelaxedBernoulli,
    RelaxedOneHot,
    elementwise_kl,
    kl_divergence,
)

COUNT = 20_000
LOGITS = np.float32([[0.5, -1.0, 2.0], [0.0, 1.0, -3.0]])
PROBS = scipy.special.softmax(LOGITS.astype("float64"), axis=-1)
BITS = np.float32([-3.0, 0.0, 1.5])


def assert_mean(draws, mean):
    standard_error = draws.std(axis=0) / math.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - mean) <= 5 * standard_error + 1e-7)


def test_one_hot_draws_come_as_often_as_they_should():
    q = OneHotCategorical(to_tensor(LOGITS))
    draws, mean = evaluate(lambda: (q.sample(COUNT, seed=0), q.mean))
    assert set(np.unique(draws)) == {0.0, 1.0} and np.all(draws.sum(axis=-1) == 1)
    np.testing.assert_allclose(mean, PROBS, rtol=1e-5)
    assert_mean(draws, PROBS)


def test_one_hot_scores_are_those_of_indices():
    q, index = OneHotCategorical(to_tensor(LOGITS)), np.array([[2, 0], [1, 1], [0, 2]])
    one_hot = to_tensor(np.eye(3)[index])
    plain = Categorical(to_tensor(LOGITS))
    log_prob, same, entropy, again = evaluate(
        lambda: (
            q.log_prob(one_hot),
            plain.log_prob(to_tensor(index)),
            q.entropy(),
            plain.entropy(),
        )
    )
    np.testing.assert_allclose(log_prob, same, rtol=1e-5)
    np.testing.assert_allclose(entropy, again, rtol=1e-5)


@pytest.mark.parametrize("temperature", [0.8, 1.0, 3.0])
def test_relaxed_density_integrates_to_its_distribution_function(temperature):
    # Two categories: one number in (0, 1), whose log-odds are logistic.
    place = np.linspace(-10, 10, 4001)
    one = RelaxedOneHot(to_tensor([[0.7, -0.4]]), temperature)
    bit = RelaxedBernoulli(to_tensor([1.1]), temperature)
    x = scipy.special.expit(place)
    points = np.stack([x, 1 - x], axis=-1)[:, None]
    densities = evaluate(
        lambda: (one.log_prob(to_tensor(points)), bit.log_prob(to_tensor(x[:, None])))
    )
    for log_density in densities:
        mass = np.sum(np.exp(log_density) * x * (1 - x)) * (place[1] - place[0])
        low, high = scipy.special.expit(temperature * np.array([-10, 10]) - 1.1)
        np.testing.assert_allclose(mass, high - low, rtol=1e-3)
    # Two ways to write one distribution: the logits differ by 1.1.
    np.testing.assert_allclose(densities[0], densities[1], rtol=1e-3, atol=1e-3)
    # Three: a triangle, on a grid of log-ratios.
    grid = np.linspace(-14, 14, 221)
    a, b = np.meshgrid(grid, grid)
    simplex = scipy.special.softmax(np.stack([a, b, 0 * a], axis=-1), axis=-1)
    three = RelaxedOneHot(to_tensor(LOGITS[:1]), temperature)
    log_density = evaluate(lambda: three.log_prob(to_tensor(simplex[..., None, :])))
    mass = np.exp(log_density) * simplex.prod(axis=-1) * (grid[1] - grid[0]) ** 2
    np.testing.assert_allclose(mass.sum(), 1.0, rtol=2e-2 if temperature > 1 else 5e-3)


def test_relaxed_draws_become_discrete_as_the_temperature_falls():
    for temperature, spread in ((0.01, 0.02), (100.0, 1.0)):
        q, bits = (
            RelaxedOneHot(to_tensor(LOGITS), temperature),
            RelaxedBernoulli(to_tensor(BITS), temperature),
        )
        draws, bit_draws = evaluate(
            lambda q=q, bits=bits: (q.sample(COUNT, 0), bits.sample(COUNT, 0))
        )
        np.testing.assert_allclose(draws.sum(axis=-1), 1.0, rtol=1e-5)
        if temperature < 1:
            between = np.mean((draws > 0.01) & (draws < 0.99))
            assert between < spread
            assert_mean(np.round(draws), PROBS)
            assert_mean(np.round(bit_draws), scipy.special.expit(BITS))
        else:
            np.testing.assert_allclose(draws, 1 / 3, atol=0.1)
            np.testing.assert_allclose(bit_draws, 0.5, atol=0.1)


@pytest.mark.parametrize("family, logits", [(RelaxedOneHot, LOGITS), (RelaxedBernoulli, BITS)])
def test_straight_through_draws_are_discrete_with_the_relaxed_gradient(family, logits):
    weights = to_tensor(np.random.default_rng(0).normal(size=logits.shape))

    def total(t, straight_through):
        return ops.sum(weights * family(t, 0.7, straight_through).sample(seed=1))

    draws = evaluate(lambda: family(to_tensor(logits), 0.7, True).sample(1000, seed=0))
    np.testing.assert_allclose(draws, np.round(draws), atol=1e-6)
    relaxed = derivative(lambda t: total(t, False), logits)
    np.testing.assert_allclose(derivative(lambda t: total(t, True), logits), relaxed, rtol=1e-5)
    assert np.all(relaxed != 0)


def test_draws_move_with_the_logits():
    # Common noise: the derivative is that of finite differences.
    h = 1e-2

    def draw(t):
        return RelaxedOneHot(t, 0.7).sample(seed=1)

    slope = derivative(lambda t: draw(t)[..., 0], LOGITS)[..., 0]
    step = np.float32([h, 0, 0])
    up, down = (evaluate(lambda s=s: draw(to_tensor(LOGITS + s))) for s in (step, -step))
    np.testing.assert_allclose(slope, (up - down)[..., 0] / (2 * h), rtol=1e-2)


def test_kl_to_the_uniform_is_log_k_less_the_entropy():
    q, p = OneHotCategorical(to_tensor(LOGITS)), OneHotCategorical(to_tensor(0 * LOGITS))
    relaxed = RelaxedOneHot(to_tensor(LOGITS), 0.5)
    expected = math.log(3) - scipy.stats.entropy(PROBS, axis=-1)
    kl, same, each = evaluate(
        lambda: (kl_divergence(q, p), kl_divergence(relaxed, p), elementwise_kl(q, p))
    )
    np.testing.assert_allclose(kl, expected.sum(), rtol=1e-5)
    np.testing.assert_allclose(same, expected.sum(), rtol=1e-5)
    np.testing.assert_allclose(each[..., 0], expected, rtol=1e-5)
    bits, coin = RelaxedBernoulli(to_tensor(BITS), 0.5), Bernoulli(to_tensor(0 * BITS))
    on = scipy.special.expit(BITS.astype("float64"))
    expected = math.log(2) - scipy.stats.entropy([on, 1 - on])
    np.testing.assert_allclose(evaluate(lambda: kl_divergence(bits, coin)), expected.sum(), 1e-5)


def test_shapes():
    q, bits = RelaxedOneHot(ops.zeros((5, 2, 3)), 1.0), RelaxedBernoulli(ops.zeros((5, 3)), 1.0)
    made = shapes(lambda: (q.sample(seed=0), q.sample(7, seed=0), q.mean, bits.sample(7, seed=0)))
    assert made == [(5, 2, 3), (7, 5, 2, 3), (5, 2, 3), (7, 5, 3)]
    many = to_tensor(np.full((7, 5, 2, 3), 1 / 3))
    assert shapes(lambda: (q.log_prob(many), bits.log_prob(many[:, :, 0]))) == [(7, 5), (7, 5)]
