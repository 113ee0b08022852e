"""The wrapped normal on the Poincaré ball, against quadrature, geometry and draws."""

import math

import numpy as np
import pytest
import scipy.stats
from backends import derivative, evaluate, shapes, to_tensor
from keras import ops

from keras_vae.distributions import Normal, WrappedNormal, exp_map, log_map

CURVATURES = pytest.mark.parametrize("c", [0.3, 1.0, 2.5])


def points(n, dimension, c, most=0.95, seed=0):
    """Points of the ball, (n, dimension), up to a part of its radius."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, dimension))
    x *= rng.uniform(0, most, (n, 1)) / np.linalg.norm(x, axis=1, keepdims=True)
    return (x / math.sqrt(c)).astype("float32")


def distance(x, y, c):
    """Of the Poincaré ball, in float64 by its textbook formula."""
    x, y = x.astype("float64"), y.astype("float64")
    rest = (1 - c * (x**2).sum(-1)) * (1 - c * (y**2).sum(-1))
    return np.arccosh(1 + 2 * c * ((x - y) ** 2).sum(-1) / rest) / math.sqrt(c)


@CURVATURES
def test_normal_coordinates_are_distances_and_go_both_ways(c):
    mean, z = points(200, 3, c), points(200, 3, c, seed=1)
    v = evaluate(lambda: log_map(to_tensor(mean), to_tensor(z), c))
    np.testing.assert_allclose(np.linalg.norm(v, axis=1), distance(mean, z, c), rtol=1e-4)
    back = evaluate(lambda: exp_map(to_tensor(mean), to_tensor(v), c))
    np.testing.assert_allclose(back, z, rtol=1e-3, atol=1e-5)
    still = evaluate(lambda: exp_map(to_tensor(mean), to_tensor(0 * z), c))
    np.testing.assert_allclose(still, mean, rtol=1e-6)


@CURVATURES
def test_density_integrates_to_one_over_the_disk(c):
    # Polar coordinates of the disk; its volume grows by (2 / (1 - c r^2))^2.
    radius, weight = np.polynomial.legendre.leggauss(400)
    radius, weight = (radius + 1) / 2 / math.sqrt(c), weight / 2 / math.sqrt(c)
    angle = np.linspace(0, 2 * np.pi, 201)[:-1]
    r, a = np.meshgrid(radius, angle, indexing="ij")
    z = np.stack([r * np.cos(a), r * np.sin(a)], axis=-1)
    area = weight[:, None] * r * (2 / (1 - c * r**2)) ** 2 * (angle[1] - angle[0])
    mean = np.float32([0.3, -0.2]) / math.sqrt(c)
    q = WrappedNormal(to_tensor(mean), to_tensor([-1.5, -2.5]), c)
    density = np.exp(evaluate(lambda: q.log_prob(to_tensor(z))))
    np.testing.assert_allclose((density * area).sum(), 1.0, rtol=2e-3)


def test_draws_have_their_tangent_distribution_and_density():
    c, mean, log_var = 0.7, np.float32([0.4, -0.5, 0.2]), np.float32([-1.0, 0.0, -2.0])
    q = WrappedNormal(to_tensor(mean), to_tensor(log_var), c)

    def drawn():
        z, log_prob = q.sample_and_log_prob(5000, seed=0)
        return z, log_prob, q.log_prob(z), log_map(q.mean, z, c)

    z, log_prob, again, v = evaluate(drawn)
    assert np.all(np.linalg.norm(z, axis=1) < 1 / math.sqrt(c))
    np.testing.assert_allclose(again, log_prob, rtol=1e-3, atol=1e-3)
    for column, var in zip(v.T, np.exp(log_var), strict=True):
        assert scipy.stats.kstest(column / math.sqrt(var), "norm").pvalue > 1e-4


def test_small_curvature_is_the_flat_normal():
    mean, log_var = points(20, 3, 1.0), np.float32([-1.0, 0.0, -2.0])
    z = points(20, 3, 1.0, seed=1)
    q, p = (
        WrappedNormal(to_tensor(mean), to_tensor(log_var), 1e-6),
        # In flat space the metric at the origin is 4 dz^2.
        Normal(to_tensor(2 * mean), to_tensor(log_var)),
    )
    curved, flat = evaluate(lambda: (q.log_prob(to_tensor(z)), p.log_prob(to_tensor(2 * z))))
    np.testing.assert_allclose(curved, flat, rtol=1e-3, atol=1e-3)


@CURVATURES
def test_finite_with_gradients_at_the_boundary_and_at_the_mean(c):
    radius = 1 / math.sqrt(c)
    edge = np.float32([[1, 0], [0.6, 0.8], [0, 0], [-1, 0]]) * np.float32(radius)
    means = points(4, 2, c, most=0.9999)

    def total(t):
        q = WrappedNormal(t, to_tensor(np.full((4, 2), 4.0)), c)
        z, log_prob = q.sample_and_log_prob(seed=0)
        return log_prob + q.log_prob(z) + q.log_prob(to_tensor(edge)) + q.log_prob(t)

    for at in (means, 0 * means, edge * np.float32(1 - 1e-5)):
        assert np.all(np.isfinite(evaluate(lambda at=at: total(to_tensor(at)))))
        assert np.all(np.isfinite(derivative(lambda t: ops.sum(total(t)), at)))


def test_draws_move_with_the_parameters():
    c, mean = 1.0, np.float32([[0.3, -0.4]])
    make = lambda t: WrappedNormal(t, ops.zeros((1, 2)), c).sample(seed=2)  # noqa: E731
    slope = derivative(lambda t: make(t)[:, 0], mean)[0]
    for i, step in enumerate(np.eye(2, dtype="float32") * 1e-2):
        up, down = (evaluate(lambda s=s: make(to_tensor(mean + s))) for s in (step, -step))
        np.testing.assert_allclose(slope[i], (up - down)[0, 0] / 2e-2, rtol=1e-2, atol=1e-3)


def test_shapes():
    q = WrappedNormal(ops.zeros((5, 3)), ops.zeros((5, 3)))
    made = shapes(lambda: (q.sample(seed=0), q.sample(7, seed=0), q.log_prob(ops.zeros((7, 5, 3)))))
    assert made == [(5, 3), (7, 5, 3), (7, 5)]
