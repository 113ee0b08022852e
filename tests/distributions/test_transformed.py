"""A distribution transformed by a flow: shapes, densities of draws, and KL divergences."""

import keras
import numpy as np
import pytest
import scipy.stats
from keras import ops
from toys import compute, tensor

from keras_vae import distributions, flows

COUNT = 20_000
MEAN, LOG_VAR = np.array([[0.5, -1.0, 0.2]]), np.array([[0.3, -0.7, -1.5]])


def linear_flow():
    """A flow of two affine steps, and the matrix and shift that it is: z' = A z + c."""
    networks = flows.autoregressive_networks(2, 3, hidden=())
    rng = np.random.default_rng(1)
    matrix, shift = np.eye(3), np.zeros(3)
    for i, network in enumerate(networks):
        kernel = rng.normal(size=(3, 6))
        kernel[:, 3:] = 0.0  # of the gates, which are constant then
        bias = rng.normal(size=6)
        for variable, value in zip(network.weights, (kernel, bias), strict=True):
            variable.assign(value)
        gate = 1 / (1 + np.exp(-bias[3:] - 2.0))
        # gate * z + (1 - gate) * (strictly lower triangle z + bias), of z reversed in between.
        step = np.diag(gate) + (1 - gate)[:, None] * np.tril(kernel[:, :3].T, k=-1)
        reversal = np.eye(3)[::-1] if i else np.eye(3)
        matrix = step @ reversal @ matrix
        shift = step @ reversal @ shift + (1 - gate) * bias[:3]
    return flows.with_reversals(map(flows.InverseAutoregressive, networks)), matrix, shift


@pytest.fixture(scope="module")
def linear():
    """A transformed normal, and scipy's normal that it is."""
    flow, matrix, shift = linear_flow()
    q = distributions.Transformed(distributions.Normal(tensor(MEAN), tensor(LOG_VAR)), flow)
    covariance = matrix @ np.diag(np.exp(LOG_VAR[0])) @ matrix.T
    return q, scipy.stats.multivariate_normal(matrix @ MEAN[0] + shift, covariance)


def test_linear_flow_of_a_normal_is_a_normal(linear):
    q, exact = linear
    x = np.random.default_rng(0).normal(size=(50, 3)) * 2
    ours = compute(lambda: q.log_prob(tensor(x)))
    np.testing.assert_allclose(ours, exact.logpdf(x), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(compute(lambda: q.mean), exact.mean[None], rtol=1e-5, atol=1e-5)


def test_draws_know_their_density(linear):
    q, exact = linear
    x, log_prob = compute(lambda: q.sample_and_log_prob(COUNT, seed=0))
    np.testing.assert_allclose(log_prob[:, 0], exact.logpdf(x), rtol=1e-4, atol=1e-4)
    whitened = np.linalg.solve(np.linalg.cholesky(exact.cov), (x[:, 0] - exact.mean).T)
    assert min(scipy.stats.kstest(row, "norm").pvalue for row in whitened) > 1e-3


def test_sample_is_the_draw_whose_density_is_known(linear):
    q, _ = linear
    draws = compute(lambda: (q.sample(5, seed=3), q.sample_and_log_prob(5, seed=3)[0]))
    np.testing.assert_allclose(*draws, rtol=1e-6)


def test_estimated_kl_is_unbiased(linear):
    # To N(0, 1): known in closed form, for the flow is linear.
    q, exact = linear
    p = distributions.Normal(tensor(np.zeros(3)), tensor(np.zeros(3)))
    assert not distributions.has_closed_form(q, p)

    def estimate():
        z, log_q = q.sample_and_log_prob(COUNT, seed=0)
        return log_q - p.log_prob(z)

    draws = compute(estimate)[:, 0]
    kl = 0.5 * (np.trace(exact.cov) + exact.mean @ exact.mean - 3)
    kl -= 0.5 * np.linalg.slogdet(exact.cov)[1]
    assert abs(draws.mean() - kl) < 4 * draws.std() / np.sqrt(COUNT)


@pytest.mark.parametrize("num_samples", [None, 1, 4])
def test_shapes(num_samples):
    t = tensor(np.random.default_rng(0).normal(size=(5, 3)))
    q = distributions.Transformed(
        distributions.Normal(t, t), flows.Chain((flows.Planar(t, t, t[:, 0]),))
    )
    assert q.event_ndim == 1
    leading = () if num_samples is None else (num_samples,)
    z, log_prob = compute(lambda: q.sample_and_log_prob(num_samples, seed=0))
    assert z.shape == (*leading, 5, 3) and log_prob.shape == (*leading, 5)
    assert compute(lambda: q.sample(num_samples, seed=0)).shape == z.shape
    assert compute(lambda: q.mean).shape == (5, 3)


def test_density_of_foreign_latents_needs_the_inverse():
    t = tensor(np.ones((5, 3)))
    base = distributions.Normal(t, t)
    for flow in (flows.Planar(t, t, t[:, 0]), flows.Chain((flows.Radial(t, t[:, 0], t[:, 0]),))):
        with pytest.raises(ValueError, match="no closed form.*sample_and_log_prob"):
            distributions.Transformed(base, flow).log_prob(t)


def test_base_may_be_transformed_itself():
    t = tensor(np.random.default_rng(0).normal(size=(5, 3)))
    steps = (flows.Planar(t, t, t[:, 0]), flows.Radial(t, t[:, 1], t[:, 0]))
    base = distributions.Normal(t, t)
    nested = distributions.Transformed(distributions.Transformed(base, steps[0]), steps[1])
    flat = distributions.Transformed(base, flows.Chain(steps))
    results = compute(
        lambda: (*nested.sample_and_log_prob(2, seed=0), *flat.sample_and_log_prob(2, seed=0))
    )
    np.testing.assert_allclose(results[0], results[2], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(results[1], results[3], rtol=1e-5, atol=1e-5)


def test_seed_generator_moves_on():
    t = tensor(np.zeros((2, 3)))
    q = distributions.Transformed(distributions.Normal(t, t), flows.Reversal())
    generator = keras.random.SeedGenerator(0)
    first, second = (ops.convert_to_numpy(q.sample(seed=generator)) for _ in range(2))
    assert np.any(first != second)
