"""Kullback-Leibler divergences: closed forms against sums, integrals and Monte Carlo."""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
from backends import derivative, evaluate, shapes, to_numpy, to_tensor
from families import EPSILON, FAMILIES, FROM_TENSOR, LOGITS, float32, random_distribution
from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Laplace,
    Logistic,
    Mixture,
    Normal,
    elementwise_kl,
    has_closed_form,
    kl_divergence,
)

CLOSED = ["normal", "laplace", "bernoulli", "continuous_bernoulli", "categorical"]
COUNT = 20_000
closed = pytest.mark.parametrize("name", CLOSED)


def assert_mean(draws, mean):
    """The mean over the first axis is `mean` within four standard errors."""
    standard_error = draws.std(axis=0) / math.sqrt(len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - mean) < 4 * standard_error)


@closed
def test_closed_form_is_monte_carlo(name):
    q = random_distribution(name, (6, 4), seed=1)
    p = random_distribution(name, (6, 4), seed=2)

    def numbers():
        z = q.sample(COUNT, seed=3)
        return kl_divergence(q, p), q.log_prob(z) - p.log_prob(z)

    kl, draws = evaluate(numbers)
    assert kl.shape == (6,) and np.all(kl > 0)
    assert_mean(draws, kl)


@closed
def test_kl_from_itself_is_zero(name):
    q = random_distribution(name, (6, 4), seed=1)
    np.testing.assert_array_equal(evaluate(lambda: kl_divergence(q, q)), 0.0)


@closed
def test_kl_is_not_negative_nearby(name):
    distances = np.array([[1e-4], [1e-2], [1.0]])
    t = np.random.default_rng(0).normal(size=(200,))
    q, p = (FROM_TENSOR[name](to_tensor(v), event_ndim=0) for v in (t, t + distances))
    # Sums over values or cumulants of up to ten nats cancel here, to a few roundings of them.
    assert np.all(evaluate(lambda: kl_divergence(q, p)) >= -10 * EPSILON)


@closed
def test_elementwise_kl_adds_up(name):
    q = random_distribution(name, (6, 4), seed=1)
    p = random_distribution(name, (4,), seed=2)
    elements, kl = evaluate(lambda: (elementwise_kl(q, p), kl_divergence(q, p)))
    assert elements.shape == (6, 4)
    np.testing.assert_allclose(kl, elements.sum(axis=-1), rtol=4 * EPSILON)


@closed
@pytest.mark.parametrize("event_ndim", [0, 1, 2])
def test_event_axes_are_summed(name, event_ndim):
    q = random_distribution(name, (2, 3, 4), event_ndim, seed=1)
    p = random_distribution(name, (2, 3, 4), event_ndim, seed=2)
    assert shapes(lambda: (kl_divergence(q, p),)) == [(2, 3, 4)[: 3 - event_ndim]]


def at_all_pairs_of_logits(family, kl):
    """The closed form and the high-precision `kl(q, p)`, each (logits of p, logits of q)."""
    q, p = (float32(grid) for grid in np.meshgrid(LOGITS, LOGITS))
    with mpmath.workdps(60):
        reference = np.vectorize(kl)(
            *(np.vectorize(mpmath.mpf, otypes=[object])(a) for a in (q, p))
        )
    q, p = (family(to_tensor(logits), event_ndim=0) for logits in (q, p))
    return evaluate(lambda: kl_divergence(q, p)), reference


def test_bernoulli_at_large_logits():
    log_prob = FAMILIES["bernoulli"].log_prob

    def kl(q, p):
        values = (log_prob(x, q) - log_prob(x, p) for x in (0, 1))
        return sum(mpmath.exp(log_prob(x, q)) * value for x, value in enumerate(values))

    ours, reference = at_all_pairs_of_logits(Bernoulli, kl)
    assert np.all(np.abs(ours - reference) <= 4 * EPSILON * (1 + reference))


def test_continuous_bernoulli_at_large_logits():
    # The divergence of an exponential family is that of Bregman, of the log of its normaliser.
    def log_partition(logits):
        return -FAMILIES["continuous_bernoulli"].log_prob(0, logits)

    def kl(q, p):
        return log_partition(p) - log_partition(q) - (p - q) * mpmath.diff(log_partition, q)

    ours, reference = at_all_pairs_of_logits(ContinuousBernoulli, kl)
    size = 1 + np.add.outer(np.abs(LOGITS), np.abs(LOGITS))
    assert np.all(np.abs(ours - reference) <= 4 * EPSILON * size)


def test_location_scale_families_at_extreme_scales():
    log_scales = np.array([(-10, -10), (-10, 10), (0, -10), (10, 10)], "float64")
    a, b = log_scales.T[..., None]
    d = float32([0.0, 1e-3, 1.0, 100.0])
    laplace = b - a - 1 + np.exp(-b) * (np.exp(a - d * np.exp(-a)) + d)
    normal = b - a - 0.5 + 0.5 * (np.exp(2 * (a - b)) + d**2 * np.exp(-2 * b))
    q, p = (to_tensor(0 * d), to_tensor(a)), (to_tensor(d), to_tensor(b))

    def numbers():
        normals = Normal(q[0], 2 * q[1], event_ndim=0), Normal(p[0], 2 * p[1], event_ndim=0)
        laplaces = Laplace(*q, event_ndim=0), Laplace(*p, event_ndim=0)
        return kl_divergence(*laplaces), kl_divergence(*normals)

    for ours, reference in zip(evaluate(numbers), (laplace, normal), strict=True):
        allowed = 8 * EPSILON * (1 + np.abs(reference) + np.abs(a) + np.abs(b))
        assert np.all(np.abs(ours - reference) <= allowed)


@pytest.mark.parametrize("name", ["bernoulli", "continuous_bernoulli"])
def test_gradients_at_large_logits_are_finite(name):
    q, p = (float32(a) for a in np.meshgrid(LOGITS, LOGITS))
    family = {"bernoulli": Bernoulli, "continuous_bernoulli": ContinuousBernoulli}[name]
    for order in (1, 2):
        by_q = derivative(lambda t: kl_divergence(family(t), family(to_tensor(p))), q, order)
        by_p = derivative(lambda t: kl_divergence(family(to_tensor(q)), family(t)), p, order)
        assert np.all(np.isfinite(by_q)) and np.all(np.isfinite(by_p))


def test_categorical_is_the_sum_over_classes():
    q, p = float32(np.random.default_rng(0).normal(size=(2, 6, 4, 5)) * 4)
    reference = scipy.special.rel_entr(
        scipy.special.softmax(q, axis=-1), scipy.special.softmax(p, axis=-1)
    ).sum(axis=(-1, -2))
    q, p = Categorical(to_tensor(q)), Categorical(to_tensor(p))
    ours = evaluate(lambda: kl_divergence(q, p))
    np.testing.assert_allclose(ours, reference, rtol=32 * EPSILON)


def test_categorical_grids_must_agree():
    logits = to_tensor([[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"needs one grid.*q\.step=1\.0.*p\.step=0\.5"):
        kl_divergence(Categorical(logits), Categorical(logits, step=0.5))


def normal_and_mixture():
    q = random_distribution("normal", (6, 2), seed=1)
    components = Normal(to_tensor([[-1.0, 0.0], [1.0, 0.5], [0.0, 2.0]]), ops.zeros((3, 2)))
    return q, Mixture(to_tensor([0.0, 1.0, -1.0]), components)


def test_monte_carlo_is_unbiased_where_no_form_is_closed():
    q, p = normal_and_mixture()
    assert not has_closed_form(q, p)
    mean, variance = to_numpy(q.mean), to_numpy(q.variance)
    # Gauss-Hermite quadrature in both dimensions, with scipy's densities.
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    nodes = np.stack(np.meshgrid(nodes, nodes), axis=-1).reshape(-1, 2)
    weights = np.outer(weights, weights).reshape(-1) / (2 * np.pi)
    z = mean[:, None] + np.sqrt(variance)[:, None] * nodes
    log_q = scipy.stats.norm(mean[:, None], np.sqrt(variance)[:, None]).logpdf(z).sum(-1)
    means = to_numpy(p.components.mean)[:, None, None]
    each = scipy.stats.norm(means, 1).logpdf(z).sum(-1)
    log_p = scipy.special.logsumexp(
        each + scipy.special.log_softmax([0.0, 1.0, -1.0])[:, None, None], axis=0
    )
    exact_kl = (log_q - log_p) @ weights

    draws = evaluate(lambda: kl_divergence(q, p, z=q.sample(COUNT, seed=4)))
    assert draws.shape == (COUNT, 6)
    assert_mean(draws, exact_kl)


def test_a_draw_is_not_used_where_a_form_is_closed():
    q, p = (
        random_distribution("normal", (6, 2), seed=1),
        random_distribution("normal", (2,), seed=2),
    )
    far_away = 100 + 0 * q.mean
    ours, reference = evaluate(lambda: (kl_divergence(q, p, z=far_away), kl_divergence(q, p)))
    np.testing.assert_array_equal(ours, reference)


def test_missing_draw_is_named():
    with pytest.raises(ValueError, match=r"KL\(Normal \|\| Mixture\).*needs z.*Received: z=None"):
        kl_divergence(*normal_and_mixture())


def test_elementwise_kl_names_the_pair():
    q = random_distribution("logistic", (3,))
    assert not has_closed_form(q, q) and isinstance(q, Logistic)
    with pytest.raises(ValueError, match=r"KL\(Logistic \|\| Logistic\) has no closed form"):
        elementwise_kl(q, q)


def test_events_must_agree():
    q = random_distribution("normal", (2, 3), event_ndim=1)
    with pytest.raises(ValueError, match=r"q\.event_ndim=1, p\.event_ndim=2"):
        kl_divergence(q, q._replace(event_ndim=2))
