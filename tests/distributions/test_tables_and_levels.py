"""Ordinal levels, vectors of counts, coloured pixels and columns of a table."""

import itertools
import math

import numpy as np
import pytest
import scipy.special
import scipy.stats
from backends import compiled, derivative, evaluate, shapes, to_numpy, to_tensor
from families import EPSILON, float32
from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Columns,
    Gamma,
    MixtureOfDiscretizedLogistics,
    Multinomial,
    NegativeBinomial,
    Normal,
    Ordinal,
)
from keras_vae.distributions.elementwise import elementwise_log_prob

RNG = np.random.default_rng(0)


# ---- ordinal levels ---------------------------------------------------------------------------


def test_ordinal_is_a_difference_of_sigmoids():
    location, thresholds = np.linspace(-9, 9, 7), np.array([-1.0, 0.5, 0.9, 8.0])
    q = Ordinal(to_tensor(location), to_tensor(thresholds), event_ndim=0)
    x = to_tensor(np.arange(5)[:, None])
    upper = np.append(thresholds, np.inf)[:, None] - location
    lower = np.insert(thresholds, 0, -np.inf)[:, None] - location
    # The mass between two thresholds in the tail where it is exact.
    expected = np.where(
        lower > 0,
        scipy.special.expit(-lower) - scipy.special.expit(-upper),
        scipy.special.expit(upper) - scipy.special.expit(lower),
    )
    ours = evaluate(lambda: q.log_prob(x))
    np.testing.assert_allclose(ours, np.log(expected), rtol=64 * EPSILON, atol=64 * EPSILON)
    np.testing.assert_allclose(np.exp(ours).sum(axis=0), 1.0, atol=16 * EPSILON)


def test_ordinal_far_from_its_thresholds_is_finite():
    location = np.array([-1e4, 0.0, 1e4])
    thresholds, x = to_tensor([-1.0, 1.0]), to_tensor([[0.0], [1.0], [2.0]])

    def log_prob(t):
        return Ordinal(t, thresholds, event_ndim=0).log_prob(x)

    assert np.all(np.isfinite(derivative(log_prob, location, 0)))
    assert np.all(np.isfinite(derivative(log_prob, location, 1)))


# ---- vectors of counts ------------------------------------------------------------------------


@pytest.mark.parametrize("total, size", [(1, 2), (5, 3), (40, 6), (100_000, 4)])
def test_multinomial_is_scipys(total, size):
    logits = float32(3 * RNG.normal(size=size))
    p = scipy.special.softmax(logits)
    x = RNG.multinomial(total, [*p[:-1], max(0, 1 - p[:-1].sum())], size=20)
    q, points = Multinomial(to_tensor(logits)), to_tensor(x)
    expected = scipy.stats.multinomial(total, p).logpmf(x)
    ours = evaluate(lambda: q.log_prob(points))
    # A rounding of the logits moves each mean, and the deviance by as many deviations.
    allowed = 16 * EPSILON * (1 + np.abs(expected) + 3 * math.sqrt(total) * size)
    assert np.all(np.abs(ours - expected) <= allowed)


def test_multinomial_sums_to_one_and_gives_a_row_of_zeros_probability_one():
    x = [row for row in itertools.product(range(7), repeat=3) if sum(row) == 6]
    q, points = Multinomial(to_tensor([0.3, -2.0, 1.0])), to_tensor(x)
    assert abs(np.exp(evaluate(lambda: q.log_prob(points))).sum() - 1) < 16 * EPSILON
    zeros = np.zeros(3)
    assert evaluate(lambda: q.log_prob(to_tensor(zeros))) == 0.0
    slopes = derivative(lambda t: Multinomial(t).log_prob(to_tensor(zeros)), np.ones(3))
    np.testing.assert_array_equal(slopes, 0.0)


@pytest.mark.parametrize("size", [1.0, 30.0])
def test_multinomial_gradient_is_counts_less_means(size):
    logits = size * np.array([1.0, 0.0, -1.0, 0.5])
    x = np.array([[3.0, 0, 1, 2], [0, 0, 1e6, 0], [0, 0, 0, 0]])
    slope = derivative(lambda t: Multinomial(t).log_prob(to_tensor(x)), np.tile(logits, (3, 1)))
    expected = x - x.sum(axis=1, keepdims=True) * scipy.special.softmax(logits)
    scale = 1 + x.sum(axis=1, keepdims=True)
    assert np.all(np.abs(slope - expected) <= 16 * EPSILON * (1 + size) * scale)


@pytest.mark.parametrize("total, size", [(7, 5), (300, 3), (1, 1)])
def test_multinomial_draws(total, size):
    logits = float32(RNG.normal(size=size))
    q, count = Multinomial(to_tensor(logits), total=total), 2000
    draws, mean, variance = evaluate(lambda: (q.sample(count, seed=1), q.mean, q.variance))
    np.testing.assert_array_equal(draws.sum(axis=1), total)
    p = scipy.special.softmax(logits)
    np.testing.assert_allclose(mean, total * p, rtol=16 * EPSILON)
    np.testing.assert_allclose(variance, total * p * (1 - p), rtol=1e-4, atol=1e-4)
    if size == 1:
        return
    for column, share in zip(draws.T, p, strict=True):
        frozen = scipy.stats.binom(total, share)
        u = np.random.default_rng(0).uniform(size=count)
        u = frozen.cdf(column - 1) + u * frozen.pmf(column)
        assert scipy.stats.kstest(u, "uniform", method="asymp").pvalue > 1e-4
    covariance = np.cov(draws.T) - total * (np.diag(p) - np.outer(p, p))
    assert np.all(np.abs(covariance) < 6 * total / math.sqrt(count))


def test_multinomial_shapes_and_totals():
    logits, totals = to_tensor(np.zeros((4, 2, 3))), to_tensor([1.0, 2.0, 3.0, 4.0])
    q = Multinomial(logits, totals, event_ndim=2)
    assert shapes(lambda: (q.mean, q.sample(seed=0), q.sample(7, seed=0))) == [
        (4, 2, 3),
        (4, 2, 3),
        (7, 4, 2, 3),
    ]
    draws = evaluate(lambda: q.sample(7, seed=0))
    np.testing.assert_array_equal(draws.sum(axis=(-2, -1)), np.tile([1, 2, 3, 4], (7, 1)))
    assert shapes(lambda: (q.log_prob(ops.zeros((7, 4, 2, 3))),)) == [(7, 4)]
    np.testing.assert_allclose(evaluate(lambda: Multinomial(logits).mean), 1 / 3, rtol=1e-6)
    with pytest.raises(ValueError, match="needs a total for draws.*Received: total=None"):
        Multinomial(logits).sample(seed=0)


# ---- coloured pixels --------------------------------------------------------------------------

LEVELS = 4


def coloured(seed=0, space=(2,), components=3, channels=3):
    rng = np.random.default_rng(seed)
    pairs = channels * (channels - 1) // 2
    return (
        rng.normal(size=(*space, components)),
        rng.uniform(-0.2, 1.2, size=(*space, components, channels)),
        rng.uniform(-4, 0, size=(*space, components, channels)),
        rng.uniform(-1, 1, size=(*space, components, pairs)),
    )


def by_hand(parameters, x):
    """log p of one pixel, by the paper's formula for three channels."""
    logits, location, log_scale, (a, b, c) = (*parameters[:3], parameters[3].T)
    r, g, _ = x - 0.5
    means = np.stack([location[:, 0], location[:, 1] + a * r, location[:, 2] + b * r + c * g], -1)
    level, frozen = np.round(x * (LEVELS - 1)), scipy.stats.logistic(means, np.exp(log_scale))
    upper = np.where(level == LEVELS - 1, np.inf, (level + 0.5) / (LEVELS - 1))
    lower = np.where(level == 0, -np.inf, (level - 0.5) / (LEVELS - 1))
    mass = frozen.cdf(upper) - frozen.cdf(lower)
    return np.log(scipy.special.softmax(logits) @ mass.prod(axis=-1))


def every_colour():
    return np.array(list(itertools.product(range(LEVELS), repeat=3))) / (LEVELS - 1)


def pixel_distribution(parameters, event_ndim):
    return MixtureOfDiscretizedLogistics(*map(to_tensor, parameters), LEVELS, event_ndim)


def test_coloured_pixels_are_the_papers_and_sum_to_one():
    parameters, x = coloured(space=()), every_colour()
    q, points = pixel_distribution(parameters, 1), to_tensor(x)
    ours = evaluate(lambda: q.log_prob(points))
    expected = [by_hand(parameters, colour) for colour in x]
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5)
    assert abs(np.exp(ours).sum() - 1) < 64 * EPSILON


def test_coloured_draws_come_as_often_as_they_should():
    parameters, x, count = coloured(space=(), seed=1), every_colour(), 20_000
    q, points = pixel_distribution(parameters, 1), to_tensor(x)
    log_prob, draws = evaluate(lambda: (q.log_prob(points), q.sample(count, seed=2)))
    codes = np.round(draws * (LEVELS - 1)) @ [LEVELS**2, LEVELS, 1]
    observed = np.bincount(codes.astype(int), minlength=LEVELS**3)
    often = np.exp(log_prob) * count >= 5
    expected = np.exp(log_prob)[often] / np.exp(log_prob)[often].sum() * observed[often].sum()
    assert scipy.stats.chisquare(observed[often], expected).pvalue > 1e-4


def test_coloured_mean_is_about_that_of_draws():
    logits, location, log_scale, coupling = coloured(space=())
    # Logistics that hardly reach beyond [0, 1].
    parameters = logits, 0.4 + 0.1 * location, 0 * log_scale - 4, 0.3 * coupling
    q = pixel_distribution(parameters, 1)
    draws, mean = evaluate(lambda: (q.sample(20_000, seed=2), q.mean))
    assert np.all(np.abs(draws.mean(axis=0) - mean) < 0.5 / (LEVELS - 1))


def test_coloured_images_shapes_and_gradients():
    parameters = coloured(space=(6, 4, 5))
    q = pixel_distribution(parameters, 3)
    out = shapes(lambda: (q.mean, q.sample(seed=0), q.sample(7, seed=0)))
    assert out == [(6, 4, 5, 3), (6, 4, 5, 3), (7, 6, 4, 5, 3)]
    x = RNG.integers(0, LEVELS, size=(6, 4, 5, 3)) / (LEVELS - 1)
    one, many = to_tensor(x), ops.zeros((7, 6, 4, 5, 3))
    assert shapes(lambda: (q.log_prob(one), q.log_prob(many))) == [(6,), (7, 6)]
    for index in range(4):
        arguments = list(map(to_tensor, parameters))

        def log_prob(t, index=index, arguments=arguments):
            arguments[index] = t
            return MixtureOfDiscretizedLogistics(*arguments, LEVELS).log_prob(one)

        slopes = derivative(log_prob, parameters[index])
        assert np.all(np.isfinite(slopes)) and np.any(slopes)


# ---- columns of a table -----------------------------------------------------------------------


def table(t):
    """Four columns: a gamma in column 2, bits in 0 and 3, a normal in 1."""
    parts = Gamma(t[..., :1], t[..., :1]), Bernoulli(t[..., :2]), Normal(t[..., 2:], t[..., 2:])
    return Columns(parts, ((2,), (0, 3), (1,)), ("size", "flags", "height"))


def test_columns_are_independent_and_laid_out_as_the_data():
    t = to_tensor(RNG.normal(size=(5, 3)))
    q = table(t)
    x = to_tensor(np.column_stack([np.ones(5), RNG.normal(size=5), np.full(5, 2.0), np.zeros(5)]))

    def numbers():
        by_column = q.log_prob_by_column(x)
        size, flags, height = q.parts
        apart = size.log_prob(x[:, 2:3]), flags.log_prob(ops.take(x, np.array([0, 3]), axis=1))
        return (q.log_prob(x), *by_column.values(), *apart, height.log_prob(x[:, 1:2]), q.mean)

    log_prob, *by_column, size, flags, height, mean = evaluate(numbers)
    assert list(q.log_prob_by_column(x)) == ["size", "flags", "height"]
    np.testing.assert_allclose(by_column, [size, flags, height], rtol=1e-6)
    np.testing.assert_allclose(log_prob, size + flags + height, rtol=1e-5)
    means = [to_numpy(part.mean) for part in q.parts]
    np.testing.assert_allclose(mean[:, 2], means[0][:, 0], rtol=1e-6)
    np.testing.assert_allclose(mean[:, [0, 3]], means[1], rtol=1e-6)


def test_columns_draws_and_elements():
    t = to_tensor(RNG.normal(size=(5, 3)))
    q = table(t)
    draws = evaluate(lambda: q.sample(200, seed=0))
    assert draws.shape == (200, 5, 4)
    assert set(np.unique(draws[..., [0, 3]])) == {0.0, 1.0} and np.all(draws[..., 2] > 0)
    correlation = np.corrcoef(draws[:, 0].T) - np.eye(4)
    assert np.all(np.abs(correlation) < 5 / math.sqrt(200))
    x = to_tensor(draws[0])
    parts, whole = evaluate(lambda: (elementwise_log_prob(q, x), q.log_prob(x)))
    np.testing.assert_allclose(parts.sum(axis=-1), whole, rtol=1e-5, atol=1e-5)
    run = compiled(lambda t: (table(t).log_prob(x), table(t).sample(3, seed=0)))
    np.testing.assert_allclose(to_numpy(run(t)[0]), whole, rtol=1e-5, atol=1e-5)


def test_counts_sum_to_one():
    x = to_tensor(np.arange(4000)[:, None])
    log_mean, log_dispersion = np.meshgrid(np.log([1e-8, 0.4, 30.0]), np.log([1e-6, 0.3, 2.0]))
    q = NegativeBinomial(to_tensor(log_mean.ravel()), to_tensor(log_dispersion.ravel()), 0)
    total = np.exp(evaluate(lambda: q.log_prob(x))).sum(axis=0)
    np.testing.assert_allclose(total, 1.0, atol=1e-5)
