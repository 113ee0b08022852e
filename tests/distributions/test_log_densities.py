"""Log-densities, moments and entropies against scipy, and against mpmath at the edges."""

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from backends import BACKEND, evaluate, to_numpy, to_tensor
from families import (
    EPSILON,
    FAMILIES,
    LEVELS,
    LOGITS,
    exact,
    float32,
    random_distribution,
    tolerance,
)
from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    DiscretizedLogistic,
    Laplace,
    Logistic,
    Normal,
)
from keras_vae.distributions.continuous_bernoulli import log_normalizer

with_scipy = pytest.mark.parametrize("name", [n for n, f in FAMILIES.items() if f.scipy])


def assert_near(ours, reference, roundings=8, terms=0.0):
    """Within a few float32 roundings of the reference, and of the largest term in it."""
    ours, reference = np.asarray(ours), np.asarray(reference)
    error = np.abs(ours - reference)
    allowed = roundings * EPSILON * (np.abs(reference) + terms)
    assert ours.shape == reference.shape
    assert np.all(error <= allowed), f"off by {(error / allowed).max()} times the tolerance"


def log_prob_and_tolerance(name):
    family = FAMILIES[name]
    # x l and softplus(l), which the Bernoullis subtract, are as large as the logits.
    terms = np.abs(family.arguments[1]) if "bernoulli" in name else 0.0
    # Debye's expansion at order 9, from which the recurrence of the Bessel function leads down.
    terms = 18.0 if name == "von_mises" else terms
    q, x = family.distribution(), to_tensor(family.x)
    ours = evaluate(lambda: q.log_prob(x))
    return ours, tolerance(name, terms=terms)


@pytest.mark.parametrize("name", FAMILIES)
def test_log_prob_is_exact_at_the_edges(name):
    ours, allowed = log_prob_and_tolerance(name)
    assert np.all(np.abs(ours - exact(name)) <= allowed)


@with_scipy
def test_log_prob_is_scipys(name):
    family = FAMILIES[name]
    ours, allowed = log_prob_and_tolerance(name)
    frozen = family.scipy(*(p[:, None] for p in family.parameters))
    score = frozen.logpmf if family.is_discrete else frozen.logpdf
    rows = np.broadcast_to(family.scipy_is_exact, len(ours))
    assert np.all(np.abs(ours - score(family.x))[rows] <= allowed[rows])


@with_scipy
def test_moments_and_entropy_are_scipys(name):
    family = FAMILIES[name]
    rows = np.broadcast_to(family.scipy_is_exact, len(family.x))
    frozen = family.scipy(*(p[rows] for p in family.parameters))
    ours = family.make(*(to_tensor(p[rows]) for p in family.parameters), event_ndim=0)
    mean, variance, entropy = evaluate(lambda: (ours.mean, ours.variance, ours.entropy()))
    assert_near(mean, frozen.mean())
    # exp of up to 20 turns one rounding of its argument into as many of its own.
    assert_near(variance, frozen.var(), roundings=24)
    assert_near(entropy, frozen.entropy(), terms=2.0)


@pytest.mark.parametrize("name", ["normal", "laplace", "logistic", "element_mixture"])
def test_density_integrates_to_one(name):
    # Steps that are exact in float32, and fine enough for the kinks of the Laplace.
    x = np.arange(-64, 64, 2.0**-10)
    q, points = random_distribution(name, (5,), event_ndim=0), to_tensor(x[:, None])
    integral = np.exp(evaluate(lambda: q.log_prob(points))).sum(axis=0) * 2.0**-10
    np.testing.assert_allclose(integral, 1.0, atol=3e-6)


def test_continuous_bernoulli_integrates_to_one():
    x = np.linspace(0, 1, 2**16 + 1)
    logits = float32(LOGITS)
    q = ContinuousBernoulli(to_tensor(logits), event_ndim=0)
    points = to_tensor(x[:, None])
    integral = scipy.integrate.simpson(np.exp(evaluate(lambda: q.log_prob(points))), x, axis=0)
    # The log-density is off by roundings of the logits, and the integral by as much.
    assert np.all(np.abs(integral - 1) <= 2 * EPSILON * (1 + np.abs(logits)))


@pytest.mark.parametrize("num_levels", [2, 3, 256])
def test_discretized_logistic_sums_to_one(num_levels):
    locations = np.linspace(-0.5, 1.5, 41)[:, None]
    log_scales = np.linspace(-12, 10, 12)[:, None, None]
    q = DiscretizedLogistic(to_tensor(locations), to_tensor(log_scales), num_levels, event_ndim=0)
    grid = to_tensor(np.arange(num_levels) / (num_levels - 1))
    total = np.exp(evaluate(lambda: q.log_prob(grid))).sum(axis=-1)
    # The mass of a bin is exp of terms up to |log_scale| + log(num_levels).
    np.testing.assert_allclose(total, 1.0, atol=4 * EPSILON * (12 + np.log(256)))


def test_discretized_logistic_moments_are_sums_over_the_grid():
    locations, log_scales = np.meshgrid(np.linspace(-0.5, 1.5, 9), np.linspace(-9, 3, 13))
    locations, scales = float32(locations), np.exp(float32(log_scales))
    grid = np.arange(LEVELS) / (LEVELS - 1)
    edges = np.concatenate([[-np.inf], (grid[1:] + grid[:-1]) / 2, [np.inf]])
    z = (edges - locations[..., None]) / scales[..., None]
    probs = np.diff(scipy.special.expit(z), axis=-1)
    mean = probs @ grid
    variance = (probs * (grid - mean[..., None]) ** 2).sum(axis=-1)

    q = DiscretizedLogistic(to_tensor(locations), to_tensor(log_scales))
    our_mean, our_variance = evaluate(lambda: (q.mean, q.variance))
    # A rounding of the location is one of many scales where these are tiny.
    allowed = 4 * EPSILON * (1 + np.abs(locations) / scales) * variance + EPSILON**2
    assert np.all(np.abs(our_variance - variance) <= allowed)
    # The mean is as near as its docstring says.
    steps_off = np.abs(our_mean - mean) * (LEVELS - 1)
    assert np.all(steps_off <= 0.5 + 1e-3)
    assert np.all(steps_off[scales * (LEVELS - 1) >= 1] <= 1 / 90)


def test_discretized_logistic_snaps_to_its_grid():
    q = DiscretizedLogistic(to_tensor([0.4]), to_tensor([-3.0]), num_levels=5)
    off_grid, on_grid = to_tensor([[-1], [0.2], [0.6], [2]]), to_tensor([[0], [0.25], [0.5], [1]])
    ours, reference = evaluate(lambda: (q.log_prob(off_grid), q.log_prob(on_grid)))
    np.testing.assert_array_equal(ours, reference)


def test_continuous_bernoulli_moments_and_entropy_are_exact():
    def log_partition(logits):
        return -FAMILIES["continuous_bernoulli"].log_prob(0, logits)

    def reference(logits):
        mean = mpmath.diff(log_partition, logits)
        entropy = log_partition(logits) - logits * mean
        return float(mean), float(mpmath.diff(log_partition, logits, 2)), float(entropy)

    logits = float32(LOGITS)
    with mpmath.workdps(60):
        mean, variance, entropy = np.transpose([reference(mpmath.mpf(value)) for value in logits])
    q = ContinuousBernoulli(to_tensor(logits), event_ndim=0)
    our_mean, our_variance, our_entropy = evaluate(lambda: (q.mean, q.variance, q.entropy()))
    assert_near(our_mean, mean, terms=1.0)
    # Outside its radius of 1 the variance is a difference from 1 / l^2.
    assert_near(our_variance, variance, terms=1 / np.maximum(1.0, logits**2))
    assert_near(our_entropy, entropy, terms=1 + np.abs(logits))


def test_continuous_bernoulli_is_uniform_at_logits_of_zero():
    q, x = ContinuousBernoulli(to_tensor([0.0]), event_ndim=0), to_tensor([0.0, 0.3, 1.0])
    mean, variance, log_prob = evaluate(lambda: (q.mean, q.variance, q.log_prob(x)))
    assert mean == 0.5 and variance == np.float32(1 / 12)
    np.testing.assert_allclose(log_prob, 0.0, atol=EPSILON)


@pytest.mark.parametrize("offset", [1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 0.4])
def test_log_normalizer_around_lambda_of_one_half(offset):
    # The paper's own form, on both sides, at the lambda of float32 logits.
    logits = float32(scipy.special.logit(0.5 + np.array([-offset, offset])))

    def reference(logits):
        delta = 1 - 2 / (1 + mpmath.exp(-mpmath.mpf(logits)))  # 1 - 2 lambda
        return float(mpmath.log(2 * mpmath.atanh(delta) / delta))

    with mpmath.workdps(60):
        reference = np.array([reference(value) for value in logits])
    t = to_tensor(logits)
    assert_near(evaluate(lambda: log_normalizer(t)), reference, roundings=2)


def test_bernoulli_scores_grey_values_with_the_cross_entropy():
    x, logits = float32([[0.0, 0.3, 0.5, 1.0]]), float32([[-50.0], [-1.0], [0.0], [2.5], [50.0]])
    log_p, log_not_p = scipy.special.log_expit(logits), scipy.special.log_expit(-logits)
    q, points = Bernoulli(to_tensor(logits), event_ndim=0), to_tensor(x)
    ours = evaluate(lambda: q.log_prob(points))
    assert_near(ours, x * log_p + (1 - x) * log_not_p, terms=1 + np.abs(logits))


def test_bernoulli_entropy_keeps_its_digits_at_large_logits():
    logits = float32([-30.0, -20.0, 20.0, 30.0])
    p = scipy.special.expit(-np.abs(logits))
    entropy = -p * np.log(p) - (1 - p) * np.log1p(-p)
    q = Bernoulli(to_tensor(logits), event_ndim=0)
    assert_near(evaluate(q.entropy), entropy)


def test_bernoulli_from_probs():
    probs = float32([1e-6, 0.001, 0.2, 0.5, 0.9, 1 - 1e-6])
    p, x = to_tensor(probs), to_tensor([[0.0], [1.0]])
    ours = evaluate(lambda: Bernoulli.from_probs(p, event_ndim=0).log_prob(x))
    reference = scipy.stats.bernoulli(probs).logpmf([[0], [1]])
    assert_near(ours, reference, terms=1 + np.abs(scipy.special.logit(probs)))


def test_bernoulli_from_probs_of_zero_and_one_is_finite():
    probs, x = to_tensor([0.0, 1.0, 1e-30, 1 - 1e-7]), to_tensor([[0.0], [0.5], [1.0]])
    log_prob = evaluate(lambda: Bernoulli.from_probs(probs, event_ndim=0).log_prob(x))
    assert np.all(np.isfinite(log_prob))
    # log of the edge of 2^-23, where a value that was thought impossible came.
    assert np.all(log_prob >= -23 * np.log(2) - 1e-5)


@pytest.mark.parametrize("low, step", [(0.0, 1.0), (0.0, 1 / 4), (-1.0, 0.5)])
def test_categorical_is_a_table_over_its_grid(low, step):
    logits = float32(np.random.default_rng(0).normal(size=(3, 5)) * 3)
    logits[0] = [-100, 50, 0, 100, -50]
    probs, values = scipy.special.softmax(logits, axis=-1), low + step * np.arange(5)
    mean = probs @ values
    q = Categorical(to_tensor(logits), event_ndim=0, low=low, step=step)
    x = to_tensor(values[:, None])
    our_mean, variance, entropy = evaluate(lambda: (q.mean, q.variance, q.entropy()))
    ours = evaluate(lambda: q.log_prob(x)).T
    assert_near(ours, scipy.special.log_softmax(logits, axis=-1), terms=1 + np.abs(logits))
    np.testing.assert_allclose(np.exp(ours).sum(axis=-1), 1.0, atol=8 * EPSILON)
    assert_near(our_mean, mean, terms=4.0)
    assert_near(variance, (probs * (values - mean[:, None]) ** 2).sum(-1), terms=16.0)
    assert_near(entropy, scipy.stats.entropy(probs, axis=-1), terms=1.0)


def test_categorical_takes_the_nearest_value_of_its_grid():
    q = Categorical(to_tensor([[0.0, 1.0, 2.0]]), event_ndim=0, low=0.0, step=0.5)
    off_grid, on_grid = to_tensor([-3, 0.2, 0.6, 9]), to_tensor([0, 0, 0.5, 1])
    ours, reference = evaluate(lambda: (q.log_prob(off_grid), q.log_prob(on_grid)))
    np.testing.assert_array_equal(ours, reference)


@pytest.mark.parametrize("family", [Normal, Laplace, Logistic])
def test_one_scale_may_serve_all_elements(family):
    mean, log_scale = to_tensor(np.zeros((3, 4))), to_tensor(-1.0)
    one, each = family(mean, log_scale), family(mean, log_scale + 0 * mean)
    x = to_tensor(np.random.default_rng(0).normal(size=(3, 4)))

    def numbers(q):
        return evaluate(lambda: (q.log_prob(x), q.entropy(), q.variance, q.sample(seed=0)))

    for ours, reference in zip(numbers(one), numbers(each), strict=True):
        np.testing.assert_allclose(ours, reference, rtol=4 * EPSILON)


@pytest.mark.skipif(BACKEND == "jax", reason="jax has no float64 unless it is told to")
@pytest.mark.parametrize("name", FAMILIES)
def test_float64_keeps_its_digits(name):
    """A distribution that is used directly computes in the type of its parameters."""
    family = FAMILIES[name]

    def double(values):
        return ops.convert_to_tensor(np.asarray(values, "float64"), dtype="float64")

    q = family.make(*(double(p[:, None]) for p in family.parameters), event_ndim=0)
    log_prob = q.log_prob(double(family.x))
    assert "float64" in str(log_prob.dtype) and "float64" in str(q.sample(seed=0).dtype)
    # Power series are cut where float32 ends, well within these 9 digits.
    np.testing.assert_allclose(to_numpy(log_prob), exact(name), rtol=1e-9, atol=1e-9)
