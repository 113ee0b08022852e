"""Gamma, Poisson and binomial variables against scipy's distribution functions, at the edges."""

import numpy as np
import pytest
import scipy.stats
from backends import evaluate, to_tensor
from keras import ops

from keras_vae.distributions import NegativeBinomial
from keras_vae.distributions.random_numbers import (
    UNIFORMS_FOR_COUNT,
    UNIFORMS_FOR_GAMMA,
    binomial_draw,
    log_gamma_draw,
    poisson_draw,
    uniforms,
)

COUNT = 5_000


def draws(function, number, *parameters, count=COUNT):
    """Draws of each parameter, (count, parameters)."""
    tensors = [to_tensor(p) for p in parameters]
    return evaluate(lambda: function(uniforms(tensors[0], number, count, 7), *tensors))


def randomized(cdf, counts, seed=0):
    """Uniform numbers if counts follow `cdf`: its value, spread over the jump at the count."""
    u = np.random.default_rng(seed).uniform(size=counts.shape)
    return cdf(counts - 1) + u * (cdf(counts) - cdf(counts - 1))


def assert_uniform(columns):
    for column in columns.T:
        assert scipy.stats.kstest(column, "uniform", method="asymp").pvalue > 1e-4


@pytest.mark.parametrize("mean", [1e-8, 1e-3, 0.3, 4.0, 9.99, 10.01, 33.0, 1e3, 1e5])
def test_poisson(mean):
    mean = np.exp(np.float64(np.float32(np.log(mean))))
    counts = draws(poisson_draw, UNIFORMS_FOR_COUNT, np.log([mean]))
    np.testing.assert_array_equal(counts, np.round(counts))
    assert_uniform(randomized(scipy.stats.poisson(mean).cdf, counts))


@pytest.mark.parametrize("mean", [1e6, 1e8])
def test_poisson_of_large_means_is_normal_up_to_the_spacing_of_float32(mean):
    mean = np.exp(np.float64(np.float32(np.log(mean))))
    counts = draws(poisson_draw, UNIFORMS_FOR_COUNT, np.log([mean]))
    # exp in float32 moves the mean itself by a few of its roundings: at 1e8 a tenth of a deviation.
    counts += mean - float(evaluate(lambda: ops.exp(to_tensor(np.log([mean]))))[0])
    assert_uniform(scipy.stats.norm(mean, np.sqrt(mean)).cdf(counts))


def test_rare_counts_come_as_often_as_they_should():
    # Beyond what one float32 uniform variable can tell from zero; five standard errors.
    log_mean = np.full(1000, np.log(2e-8))
    counts = draws(poisson_draw, UNIFORMS_FOR_COUNT, log_mean, count=100)
    assert counts.sum() <= 1
    counts = draws(poisson_draw, UNIFORMS_FOR_COUNT, np.full(1000, np.log(1e-3)), count=100)
    assert abs(counts.sum() - 100) < 5 * np.sqrt(100)


@pytest.mark.parametrize("concentration", [1e-4, 0.03, 0.7, 1.0, 3.0, 1e3, 1e6])
def test_gamma(concentration):
    concentration = float(np.float32(concentration))
    logs = draws(log_gamma_draw, UNIFORMS_FOR_GAMMA, [concentration])
    if concentration < 0.01:  # where nearly all are too small for any float: log U^(1/a)
        assert_uniform(np.exp(concentration * logs))
    else:
        assert_uniform(scipy.stats.gamma(concentration).cdf(np.exp(logs)))


BINOMIALS = [(1, 0.3), (7, 0.5), (30, 0.01), (50, 0.4), (19, 0.52), (1000, 0.2), (300, 0.999)]
BINOMIALS += [(100_000, 1e-6), (1_000_000, 0.3), (0, 0.5)]


@pytest.mark.parametrize("total, p", BINOMIALS)
def test_binomial(total, p):
    logit = np.float64(np.float32(np.log(p / (1 - p))))
    counts = draws(binomial_draw, UNIFORMS_FOR_COUNT, [float(total)], [logit])
    assert counts.min() >= 0 and counts.max() <= total
    np.testing.assert_array_equal(counts, np.round(counts))
    if total:
        assert_uniform(randomized(scipy.stats.binom(total, 1 / (1 + np.exp(-logit))).cdf, counts))


def test_binomials_without_chance():
    totals, logits = [[5.0, 5.0, 1e5, 1e5]], [[-1e30, 1e30, -1e30, 1e30]]
    counts = draws(binomial_draw, UNIFORMS_FOR_COUNT, totals, logits, count=10)
    np.testing.assert_array_equal(counts, np.tile([[0.0, 5.0, 0.0, 1e5]], (10, 1, 1)))


@pytest.mark.parametrize("dispersion", [1e-6, 1e-2, 1.0, 50.0, 1e4])
def test_negative_binomial(dispersion):
    mean, r = 20.0, 1.0 / dispersion
    q = NegativeBinomial(to_tensor([np.log(mean)]), to_tensor([np.log(dispersion)]))
    counts = evaluate(lambda: q.sample(COUNT, seed=3))
    frozen = scipy.stats.nbinom(r, r / (r + mean))
    inside = counts < 1e6  # float32 knows each count there
    assert_uniform(randomized(frozen.cdf, counts[inside][:, None]))
