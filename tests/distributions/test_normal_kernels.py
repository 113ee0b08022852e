"""Kernels around centres: the mixture of the same normals, and what is left out of it."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from backends import evaluate, to_tensor

from keras_vae import distributions as D

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("event", [(3,), (2, 2)])
@pytest.mark.parametrize("offset", [0.0, 50.0])
def test_density_is_scipys(event, offset):
    size, centers = int(np.prod(event)), offset + RNG.normal(size=(5, *event))
    log_weights, x = RNG.normal(size=5), offset + RNG.normal(size=(4, 6, *event))
    p = D.NormalKernels(
        to_tensor(centers), to_tensor(-1.2), to_tensor(log_weights), event_ndim=len(event)
    )
    away = (x[:, :, None] - centers).reshape(4, 6, 5, size)
    each = scipy.stats.norm.logpdf(away, scale=np.exp(-0.6)).sum(axis=-1)
    expected = scipy.special.logsumexp(each + scipy.special.log_softmax(log_weights), axis=-1)
    np.testing.assert_allclose(evaluate(lambda: p.log_prob(to_tensor(x))), expected, rtol=1e-4)


@pytest.mark.parametrize("weighted", [True, False])
def test_each_leaves_its_own_centre_out(weighted):
    centers, x = RNG.normal(size=(4, 3)), RNG.normal(size=(2, 4, 3))
    log_weights = RNG.normal(size=4) if weighted else None
    given = None if log_weights is None else to_tensor(log_weights)
    p = D.NormalKernels(to_tensor(centers), to_tensor(0.3), given, leave_one_out=True)
    result = evaluate(lambda: p.log_prob(to_tensor(x)))
    for own in range(4):
        others = [k for k in range(4) if k != own]
        rest = None if log_weights is None else to_tensor(log_weights[others])
        q = D.NormalKernels(to_tensor(centers[others]), to_tensor(0.3), rest)
        expected = evaluate(lambda q=q, own=own: q.log_prob(to_tensor(x[:, own])))
        np.testing.assert_allclose(result[:, own], expected, rtol=1e-5)


def test_a_single_centre_stays():
    p = D.NormalKernels(to_tensor([[1.0, 2.0]]), to_tensor(0.0), leave_one_out=True)
    result = evaluate(lambda: p.log_prob(to_tensor([[1.0, 2.0]])))
    np.testing.assert_allclose(result, [-np.log(2 * np.pi)], rtol=1e-5)


def test_draws_and_moments():
    p = D.NormalKernels(
        to_tensor(3 * RNG.normal(size=(4, 2))), to_tensor(-1.0), to_tensor([0, 1, 2, 0])
    )
    draws = evaluate(lambda: p.sample(20_000, seed=0))
    mean, variance = evaluate(lambda: (p.mean, p.variance))
    assert evaluate(lambda: p.sample(seed=0)).shape == (2,)
    np.testing.assert_allclose(draws.mean(axis=0), mean, atol=5 * np.sqrt(variance.max() / 20_000))
    np.testing.assert_allclose(draws.var(axis=0), variance, rtol=0.05)
