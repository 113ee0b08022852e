"""KL(q || q) at q's own draws is zero, for every size, temperature and space."""

import numpy as np
import pytest
from backends import evaluate, to_numpy, to_tensor
from keras import ops
from members import MEMBERS

from keras_vae import distributions as D
from keras_vae.distributions import Density

SIZES = (2, 8, 64, 128, 200, 512)


def monte_carlo(q, p, count, seed=0):
    """log q(z) - log p(z) at draws as objectives take it, in place of a closed form."""
    z, log_q = D.draw(q, count, seed=seed)
    return (q.log_prob(z) if log_q is None else log_q) - p.log_prob(z), log_q


@pytest.mark.parametrize("name", [n for n in MEMBERS if n not in ("point", "quantized", "planar")])
def test_of_every_member(name):
    q = MEMBERS[name]()
    assert q.traits.density is Density.ANYWHERE
    difference = evaluate(lambda: monte_carlo(q, q, 200)[0])
    np.testing.assert_allclose(difference, 0.0, atol=2e-3)


def _random(size, seed=0):
    return np.random.default_rng(seed).normal(size=size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("log_var", [-4.0, 0.0, 4.0])
def test_on_the_ball(size, log_var):
    """Draws of many dimensions lie beyond what float32 tells from the boundary."""
    mean = D.exp_map(to_tensor(np.zeros(size)), to_tensor(0.2 * _random(size)), 1.0)
    for at in (to_tensor(np.zeros(size)), mean):
        q = D.WrappedNormal(at, to_tensor(np.full(size, log_var)))
        prior = D.WrappedNormal(to_tensor(np.zeros(size)), to_tensor(np.zeros(size)))
        own, to_prior = evaluate(
            lambda q=q, prior=prior: (monte_carlo(q, q, 300)[0], monte_carlo(q, prior, 300)[0])
        )
        np.testing.assert_allclose(own, 0.0, atol=2e-5 * size + 1e-4)
        # The bound has a floor: no posterior is closer to the prior than the prior.
        error = to_prior.std() / np.sqrt(300)
        assert to_prior.mean() > -5 * error - 1e-3 * np.sqrt(size)


@pytest.mark.parametrize("size", [2, 32, 256])
def test_on_the_sphere(size):
    mean = D.unit(to_tensor(_random(size)))
    for make in (D.VonMisesFisher, D.PowerSpherical):
        for concentration in (1e-3, 1.0, 1e3):
            q = make(mean, to_tensor([concentration]))
            own = evaluate(lambda q=q: monte_carlo(q, q, 100)[0])
            np.testing.assert_allclose(own, 0.0, atol=1e-3)


@pytest.mark.parametrize("temperature", [0.05, 0.1, 0.5, 1.0, 5.0])
@pytest.mark.parametrize("size", [2, 10, 512])
def test_relaxed(temperature, size):
    bits = D.RelaxedBernoulli(to_tensor(_random(size)), temperature)
    one = D.RelaxedOneHot(to_tensor(_random((3, size))), temperature)
    for q in (bits, one):
        own = evaluate(lambda q=q: monte_carlo(q, q, 100)[0])
        np.testing.assert_array_equal(own, 0.0)
        closed = evaluate(lambda q=q: D.kl_divergence(q, q))
        np.testing.assert_allclose(closed, 0.0, atol=1e-5)


def test_draws_of_half_precision_are_scored():
    for dtype in ("float16", "bfloat16"):
        t = ops.cast(to_tensor(_random((5, 4))), dtype)
        for make in HALVES.values():
            q = make(t)
            x = q.sample(2000, seed=0)
            log_prob = q.log_prob(x)
            for tensor in (x, log_prob):
                assert tensor.dtype == t.dtype
                wide = to_numpy(ops.cast(tensor, "float32"))
                assert np.all(np.isfinite(wide))


HALVES = {
    "normal": lambda t: D.Normal(t, t),
    "laplace": lambda t: D.Laplace(t, t / 4),
    "logistic": lambda t: D.Logistic(t, t / 4),
    "student_t": lambda t: D.StudentT(t, t / 4, 5.0),
    "hyperbolic_secant": lambda t: D.HyperbolicSecant(t, t / 4),
    "bernoulli": lambda t: D.Bernoulli(t),
    "continuous_bernoulli": lambda t: D.ContinuousBernoulli(t),
    "categorical": lambda t: D.Categorical(t, event_ndim=0),
    "one_hot": lambda t: D.OneHotCategorical(t),
    "relaxed_bernoulli": lambda t: D.RelaxedBernoulli(t, 0.5),
    "relaxed_one_hot": lambda t: D.RelaxedOneHot(t, 0.5),
    "von_mises_fisher": lambda t: D.VonMisesFisher(D.unit(t), ops.exp(t[..., :1])),
    "power_spherical": lambda t: D.PowerSpherical(D.unit(t), ops.exp(t[..., :1])),
    "wrapped_normal": lambda t: D.WrappedNormal(t / 8, t),
}
