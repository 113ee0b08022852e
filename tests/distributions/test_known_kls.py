"""Closed forms of the KL, against quadrature, mpmath and each other; masked categories."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from backends import derivative, evaluate, to_tensor
from keras import ops

from keras_vae import distributions as D

INF = math.inf


def quadrature(q, p, low=-np.inf, high=np.inf):
    """Integral of q (log q - log p) of frozen scipy distributions."""

    def integrand(x):
        return q.pdf(x) * (q.logpdf(x) - p.logpdf(x)) if q.pdf(x) > 0 else 0.0

    return scipy.integrate.quad(integrand, low, high, points=None, limit=400, epsabs=1e-11)[0]


@pytest.mark.parametrize(
    "mean, log_var, at, log_scale", [(0.3, -1, 0, 0), (-4, 1, 1, -1), (0, 0, 0, 2)]
)
def test_normal_and_laplace(mean, log_var, at, log_scale):
    q, p = (
        D.Normal(*map(to_tensor, ([mean], [log_var]))),
        D.Laplace(*map(to_tensor, ([at], [log_scale]))),
    )
    normal = scipy.stats.norm(mean, math.exp(0.5 * log_var))
    laplace = scipy.stats.laplace(at, math.exp(log_scale))
    forth, back = evaluate(lambda: (D.kl_divergence(q, p), D.kl_divergence(p, q)))
    ends = sorted((-250.0, at, mean, 250.0))

    def split(a, b):  # at the corner
        return sum(quadrature(a, b, *pair) for pair in itertools.pairwise(ends))

    np.testing.assert_allclose(forth, split(normal, laplace), rtol=1e-5)
    np.testing.assert_allclose(back, split(laplace, normal), rtol=1e-5)


@pytest.mark.parametrize("dimension", [2, 3, 16, 256])
def test_von_mises_fisher_pairs(dimension):
    """By the log-densities at the mean cosine: log q(x) - log p(x) is linear in x."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, dimension))
    b = a + 0.3 * b
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    a, b = (np.float32(v).astype("float64") for v in (a, b))
    kappas = [(1e-3, 5.0), (5.0, 1e-3), (10.0, 12.0), (1e3, 900.0), (700.0, 700.0), (0.0, 0.0)]
    for kq, kp in kappas:
        with mpmath.workdps(50):
            v = mpmath.mpf(dimension) / 2 - 1

            def log_c(k, v=v):  # log of (k / 2)^v / (Gamma(v + 1) I_v(k)), 0 at k = 0
                if k == 0:
                    return mpmath.mpf(0)
                return (
                    v * mpmath.log(mpmath.mpf(k) / 2)
                    - mpmath.loggamma(v + 1)
                    - mpmath.log(mpmath.besseli(v, k))
                )

            ratio = mpmath.besseli(v + 1, kq) / mpmath.besseli(v, kq) if kq else 0
            cosine = mpmath.mpf(1) - mpmath.mpf(float(np.sum((a - b) ** 2))) / 2
            expected = log_c(kq) - log_c(kp) + ratio * (kq - kp * cosine)
        q, p = (D.VonMisesFisher(to_tensor(m), to_tensor([k])) for m, k in ((a, kq), (b, kp)))
        kl = evaluate(lambda q=q, p=p: D.kl_divergence(q, p))
        np.testing.assert_allclose(kl, float(expected), rtol=1e-3, atol=1e-6)
        assert kl >= 0
    uniform = D.HypersphericalUniform(dimension)
    q, p = (
        D.VonMisesFisher(to_tensor(a), to_tensor([4.0])),
        D.VonMisesFisher(to_tensor(b), to_tensor([0.0])),
    )
    one, other = evaluate(lambda: (D.kl_divergence(q, p), D.kl_divergence(q, uniform)))
    np.testing.assert_allclose(one, other, rtol=1e-4)


def test_directions_of_two_spheres_have_none():
    q, p = (D.VonMisesFisher(to_tensor([1.0, *[0.0] * n]), to_tensor([1.0])) for n in (1, 2))
    with pytest.raises(ValueError, match="on one sphere"):
        D.kl_divergence(q, p)


@pytest.mark.parametrize("difference", [0.0, 1e-4, 0.1, 0.49, 0.51, 3.0, 40.0])
@pytest.mark.parametrize("temperature", [0.05, 1.0])
def test_relaxed_bits_of_one_temperature(difference, temperature):
    """d coth(d / 2) - 2 at every temperature: that of logistic noise."""
    with mpmath.workdps(40):
        d = mpmath.mpf(float(np.float32(difference)))
        exact = float(d * mpmath.coth(d / 2) - 2) if difference else 0.0
    q, p = (D.RelaxedBernoulli(to_tensor([v]), temperature) for v in (difference - 1, -1.0))
    pair = [D.RelaxedOneHot(to_tensor([[v, 0.0]]), temperature) for v in (difference - 1, -1.0)]
    bits, one_hot = evaluate(lambda: (D.kl_divergence(q, p), D.kl_divergence(*pair)))
    # A logit's rounding is 1e-7.
    slack = 4e-7 * (1 + difference)
    np.testing.assert_allclose(bits, exact, rtol=1e-5 + 4e-7 / max(difference, 1e-7), atol=1e-9)
    np.testing.assert_allclose(one_hot, exact, rtol=2e-4, atol=slack)


def test_relaxed_one_hot_of_one_temperature_is_that_of_its_noise():
    a, b = np.random.default_rng(0).normal(size=(2, 5)) * 2
    noise = np.random.default_rng(1).gumbel(size=(400_000, 5)) + a
    # log-densities of the noisy logits in float64, up to what both share at any temperature.
    gap = [t.sum() - 5 * scipy.special.logsumexp(t - noise, axis=1) for t in (a, b)]
    draws = gap[0] - gap[1]
    for temperature in (0.05, 0.5, 3.0):
        q, p = (D.RelaxedOneHot(to_tensor([v]), temperature) for v in (a, b))
        kl = evaluate(lambda q=q, p=p: D.kl_divergence(q, p))
        assert abs(kl - draws.mean()) < 4 * draws.std() / math.sqrt(len(draws))


def test_relaxed_pairs_of_two_temperatures_need_a_draw():
    q, p = (D.RelaxedBernoulli(to_tensor([0.3]), t) for t in (0.5, 0.6))
    assert not D.has_closed_form(q, p)
    straight = q._replace(straight_through=True), p._replace(straight_through=True)
    assert D.has_closed_form(*straight) and not D.has_closed_form(q, straight[1])


@pytest.mark.parametrize("dimension", [2, 3, 20, 512])
def test_power_spherical_near_uniform(dimension):
    b = mpmath.mpf(dimension - 1) / 2
    x = np.float32(np.geomspace(1e-6, 5.0, 40))

    def exact(k):
        with mpmath.workdps(50):
            k = mpmath.mpf(float(k))
            slope = mpmath.digamma(b + k) - mpmath.digamma(2 * b + k)
            value = mpmath.loggamma(b + k) - mpmath.loggamma(2 * b + k)
            return float(k * slope - value + mpmath.loggamma(b) - mpmath.loggamma(2 * b))

    mean = to_tensor(np.eye(dimension)[0])
    q = D.PowerSpherical(mean, to_tensor(x[:, None]))
    kl = evaluate(lambda: q.kl_to_uniform())
    assert np.all(kl >= 0)
    np.testing.assert_allclose(kl, [exact(k) for k in x], rtol=1e-3)


@pytest.mark.parametrize("distance", [1e-6, 1e-4, 1e-2, 0.3, 0.6])
def test_continuous_bernoulli_near_equality(distance):
    logits = np.float32([-20, -3, -0.4, 0.0, 0.2, 5, 30])
    other = (logits + np.float32(distance)).astype("float32")

    def exact(a, b):
        with mpmath.workdps(60):
            a, b = mpmath.mpf(float(a)), mpmath.mpf(float(b))
            free = lambda t: mpmath.log(mpmath.expm1(t) / t) if t else mpmath.mpf(0)  # noqa: E731
            mean = mpmath.mpf(1) / 2 if a == 0 else 1 / (1 - mpmath.exp(-a)) - 1 / a
            return float(free(b) - free(a) - mean * (b - a))

    q, p = (D.ContinuousBernoulli(to_tensor(t[:, None])) for t in (logits, other))
    kl = evaluate(lambda: D.kl_divergence(q, p))
    assert np.all(kl >= 0)
    expected = [exact(a, b) for a, b in zip(logits, other, strict=True)]
    np.testing.assert_allclose(kl, expected, rtol=1e-4, atol=1e-20 if distance < 0.5 else 1e-6)


@pytest.mark.parametrize("distance", [1e-3, 1e-2, 0.3, 5.0])
def test_small_kl_of_categories(distance):
    rng = np.random.default_rng(0)
    a = rng.normal(size=(6, 5)).astype("float32")
    b = (a + distance * rng.normal(size=a.shape)).astype("float32")
    log_q, log_p = (scipy.special.log_softmax(t.astype("float64"), axis=-1) for t in (a, b))
    exact = np.sum(np.exp(log_q) * (log_q - log_p), axis=-1)
    q, p = (D.Categorical(to_tensor(t), event_ndim=0) for t in (a, b))
    kl = evaluate(lambda: D.kl_divergence(q, p))
    assert np.all(kl >= 0)
    np.testing.assert_allclose(kl, exact, rtol=2e-3 if distance < 1e-2 else 1e-4)


def test_categories_that_cannot_be():
    masked, free = np.float32([[0.5, -INF, 1.0]]), np.float32([[0.2, 0.4, -1.0]])
    kept = np.float32([[0.5, 1.0]])
    entropy = scipy.stats.entropy(scipy.special.softmax(kept[0].astype("float64")))
    log_q = scipy.special.log_softmax(kept[0].astype("float64"))
    log_p = scipy.special.log_softmax(free[0].astype("float64"))[[0, 2]]
    exact = np.sum(np.exp(log_q) * (log_q - log_p))
    x = np.float32([[1, 0, 0], [0, 0, 1]])[:, None]
    for make in (D.OneHotCategorical, lambda t: D.Categorical(t, event_ndim=1)):
        q, p = make(to_tensor(masked)), make(to_tensor(free))
        values = evaluate(
            lambda q=q, p=p: (q.entropy(), D.kl_divergence(q, p), D.kl_divergence(q, q))
        )
        np.testing.assert_allclose(values, [entropy, exact, 0.0], rtol=1e-5, atol=1e-7)
        assert np.isposinf(evaluate(lambda q=q, p=p: D.kl_divergence(p, q)))
        slope = derivative(
            lambda t, make=make, p=p: D.kl_divergence(make(t), p) + make(t).entropy(), masked
        )
        assert np.all(np.isfinite(slope)) and slope[0, 1] == 0
    one_hot = D.OneHotCategorical(to_tensor(masked))
    log_probs, draws = evaluate(
        lambda: (one_hot.log_prob(to_tensor(x)), one_hot.sample(500, seed=0))
    )
    np.testing.assert_allclose(log_probs, log_q, rtol=1e-5)
    assert not draws[..., 1].any()
    impossible = to_tensor(np.float32([[0, 1, 0]]))
    assert np.isneginf(evaluate(lambda: one_hot.log_prob(impossible)))


@pytest.mark.parametrize("df", [0.05, 0.1, 0.3, 1.0])
def test_student_draws_of_few_degrees_of_freedom(df):
    q = D.StudentT(ops.zeros(1), ops.zeros(1), df)
    draws, log_prob = evaluate(lambda: _scored(q))
    assert np.all(np.isfinite(draws)) and np.all(np.isfinite(log_prob))
    # By the logarithm, for the distribution function of the far ones is 1 in float64 too.
    uniform = scipy.stats.t(df).cdf(draws[:, 0])
    assert scipy.stats.kstest(uniform, "uniform").pvalue > 1e-4


def _scored(q):
    x = q.sample(20_000, seed=0)
    return x, q.log_prob(x)


def test_products_and_levels_know_their_elements():
    q = D.Product(
        (D.Normal(ops.ones((2, 3)), ops.zeros((2, 3))), D.OneHotCategorical(ops.ones((2, 2, 4))))
    )
    p = D.Product(
        (D.Normal(ops.zeros(3), ops.zeros(3)), D.OneHotCategorical(to_tensor(np.eye(4)[:2])))
    )
    each, whole = evaluate(lambda: (D.elementwise_kl(q, p), D.kl_divergence(q, p)))
    assert each.shape == (2, 5)
    np.testing.assert_allclose(each[:, :3], 0.5, rtol=1e-6)
    np.testing.assert_allclose(each.sum(axis=-1), whole, rtol=1e-5)
    other = D.Product((D.Normal(ops.zeros(4), ops.zeros(4)),))
    assert not D.has_closed_form(q, other)
    levels = D.TwoLevel(q.parts[0], lambda z: D.Normal(z, 0 * z), 3)
    with pytest.raises(ValueError, match="needs z, a draw of q. Received: z=None"):
        D.elementwise_kl(levels, levels)
