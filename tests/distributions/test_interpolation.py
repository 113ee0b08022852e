"""Interpolation follows the shortest line of the space that latents live in."""

import numpy as np
import pytest
from checks import bits, quick_compile
from scipy.spatial import geometric_slerp
from toys import compute, small_vae, tensor

from keras_vae import models
from keras_vae.distributions.poincare import geodesic
from keras_vae.distributions.sphere import great_circle

X = bits(8, (6,))
FRACTION = np.linspace(0, 1, 5, dtype="float32")


def unit_vectors(count, dimension, seed):
    x = np.random.default_rng(seed).normal(size=(count, dimension))
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def along(path, start, stop, *others):
    """Points of a path at FRACTION, (steps, dimension)."""
    ends = (tensor(start), tensor(stop))
    return compute(lambda: path(*ends, tensor(FRACTION[:, None]), *others))


@pytest.mark.parametrize("dimension", [2, 3, 40])
def test_great_circle_is_scipys_slerp(dimension):
    start, stop = unit_vectors(2, dimension, seed=dimension)
    expected = geometric_slerp(start, stop, FRACTION)
    np.testing.assert_allclose(along(great_circle, start, stop), expected, atol=2e-6)


def test_great_circle_of_equal_and_of_opposite_points():
    (start,) = unit_vectors(1, 3, seed=0)
    np.testing.assert_allclose(along(great_circle, start, start), [start] * 5, atol=1e-6)
    points = along(great_circle, start, -start)
    np.testing.assert_allclose(np.linalg.norm(points, axis=-1), 1.0, atol=1e-6)
    np.testing.assert_allclose(points @ start, np.cos(np.pi * FRACTION), atol=1e-6)


@pytest.mark.parametrize("curvature", [0.3, 1.0, 2.0])
def test_geodesic_of_the_ball_has_constant_speed_and_is_shortest(curvature):
    rng = np.random.default_rng(0)
    start, stop = rng.uniform(-0.5, 0.5, (2, 3)) / np.sqrt(curvature)

    def distance(a, b):
        """The textbook's, by the hyperbolic cosine, (points,)."""
        rest = (1 - curvature * (a**2).sum(-1)) * (1 - curvature * (b**2).sum(-1))
        return np.arccosh(1 + 2 * curvature * ((a - b) ** 2).sum(-1) / rest) / np.sqrt(curvature)

    points = along(geodesic, start, stop, curvature)
    whole = distance(start, stop)
    np.testing.assert_allclose(distance(points[1:], start), whole * FRACTION[1:], rtol=1e-4)
    np.testing.assert_allclose(distance(points[:-1], stop), whole * (1 - FRACTION[:-1]), rtol=1e-4)
    straight = start + FRACTION[2] * (stop - start)
    assert distance(straight, start) + distance(straight, stop) > whole * (1 + 1e-4)


@pytest.mark.parametrize("cls", [models.SVAE, models.PowerSphericalVAE])
def test_interpolation_stays_on_the_sphere(cls):
    vae = quick_compile(cls((6,), latent_dim=3, hidden=(4,), seed=0))
    ends = np.stack([vae.encode(X[:2]), vae.encode(X[2:4])], axis=1).astype("float64")
    ends /= np.linalg.norm(ends, axis=-1, keepdims=True)
    z = np.stack([geometric_slerp(*pair, FRACTION) for pair in ends], axis=1)
    expected = np.moveaxis(vae.decode(z), 0, 1)
    np.testing.assert_allclose(vae.interpolate(X[:2], X[2:4], steps=5), expected, atol=1e-5)


def test_interpolation_of_other_latents():
    ball = quick_compile(models.PoincareVAE((6,), latent_dim=2, hidden=(4,), seed=0))
    start, stop = ball.encode(X[:1])[0], ball.encode(X[2:3])[0]
    expected = ball.decode(along(geodesic, start, stop, ball.posterior_layer.curvature))
    made = ball.interpolate(X[:1], X[2:3], steps=5)[0]
    np.testing.assert_allclose(made, expected, atol=1e-5)
    flat = small_vae()
    z = np.linspace(flat.encode(X[:1])[0], flat.encode(X[2:3])[0], 5)
    made = flat.interpolate(X[:1], X[2:3], steps=5)[0]
    np.testing.assert_allclose(made, flat.decode(z), atol=1e-6)
