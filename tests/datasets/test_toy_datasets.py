"""Toy densities in the plane: seeds, moments against integrals, and the one true density."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from keras_vae import datasets

NAMES = ["eight_gaussians", "two_moons", "spiral", "checkerboard", "pinwheel"]
COUNT = 100_000


def spiral_square():
    """E|x|^2 of the spirals, by quadrature over the angle."""
    end = 3 * math.pi

    def integrand(t):
        # E(u) = 1/4 and E(u^2) = 1/12 for the uniform noise u in [0, 1/2] on each axis.
        square = t**2 + 2 * 0.25 * t * (math.sin(t) - math.cos(t)) + 2 / 12
        return square / 9 * 2 * t / end**2

    return integrate.quad(integrand, 0, end)[0] + 2 * 0.1**2


def moons_square():
    """E|x|^2 of the moons: x = 2 (m + noise) + c, half the m on each half circle."""
    # On the lower moon m = (1, 1/2) - p, with p on the upper one, where E(p) = (0, 2 / pi).
    raw = (1 + (1.25 + 1 - 2 * 0.5 * 2 / math.pi)) / 2
    mean, shift = np.array([0.5, 0.25]), np.array([-1.0, -0.2])
    return 4 * (raw + 2 * 0.1**2) + 4 * mean @ shift + shift @ shift


# Means and E|x|^2, from the rules that the docstrings state.
MOMENTS = {
    "eight_gaussians": ((0.0, 0.0), (4.0**2 + 2 * 0.5**2) / 1.414**2),
    "two_moons": ((0.0, 2 * 0.25 - 0.2), moons_square()),
    "spiral": ((0.0, 0.0), spiral_square()),
    "checkerboard": ((0.0, 0.0), 2 * 8.0**2 / 12),
    "pinwheel": ((0.0, 0.0), 4 * (1 + 0.3**2 + 0.1**2)),
}


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_seeds(name):
    draw = getattr(datasets, name)
    x = draw(7)
    assert x.shape == (7, 2)
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, draw(7, seed=0))
    assert np.any(x != draw(7, seed=1))
    generator = np.random.default_rng(0)
    np.testing.assert_array_equal(x, draw(7, generator))
    assert np.any(x != draw(7, generator))


@pytest.mark.parametrize("name", NAMES)
def test_moments(name):
    mean, square = MOMENTS[name]
    x = getattr(datasets, name)(COUNT, seed=4).astype("float64")
    assert np.all(np.abs(x.mean(axis=0) - mean) < 4 * x.std(axis=0) / math.sqrt(COUNT))
    norms = np.sum(x**2, axis=1)
    assert abs(norms.mean() - square) < 4 * norms.std() / math.sqrt(COUNT)


@pytest.mark.parametrize("name", NAMES)
def test_neighbouring_points_are_independent(name):
    x = getattr(datasets, name)(COUNT, seed=5)
    for axis in range(2):
        correlation = np.corrcoef(x[1:, axis], x[:-1, axis])[0, 1]
        assert abs(correlation) < 4 / math.sqrt(COUNT)


def test_eight_gaussians_log_prob_against_scipy():
    x = datasets.eight_gaussians(100, seed=1)
    angles = np.arange(8) * math.pi / 4
    means = 4 / 1.414 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    components = [stats.multivariate_normal(mean, (0.5 / 1.414) ** 2) for mean in means]
    expected = np.log(np.mean([component.pdf(x) for component in components], axis=0))
    log_prob = datasets.eight_gaussians_log_prob(x)
    assert log_prob.shape == (100,)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-10)


def plane(half_width=8.0, step=0.02):
    axis = np.arange(-half_width, half_width, step) + step / 2
    return np.stack(np.meshgrid(axis, axis), axis=-1), step**2


def test_eight_gaussians_log_prob_integrates_to_one():
    points, area = plane()
    log_prob = datasets.eight_gaussians_log_prob(points)
    assert log_prob.shape == points.shape[:-1]
    assert abs(np.sum(np.exp(log_prob)) * area - 1) < 1e-9


def test_eight_gaussians_are_drawn_from_their_density():
    points, area = plane()
    log_prob = datasets.eight_gaussians_log_prob(points)
    negative_entropy = np.sum(np.exp(log_prob) * log_prob) * area
    draws = datasets.eight_gaussians_log_prob(datasets.eight_gaussians(COUNT, seed=2))
    assert abs(draws.mean() - negative_entropy) < 4 * draws.std() / math.sqrt(COUNT)


def test_eight_gaussians_log_prob_far_away_is_finite():
    assert np.isfinite(datasets.eight_gaussians_log_prob([1e3, -1e3]))


def test_checkerboard_is_uniform_on_the_black_squares():
    square = np.floor(datasets.checkerboard(COUNT, seed=3) / 2).astype(int)
    assert np.all(square.sum(axis=1) % 2 == 0)
    _, counts = np.unique(square, axis=0, return_counts=True)
    assert len(counts) == 8
    assert stats.chisquare(counts).pvalue > 1e-4


def test_two_moons_lie_on_their_half_circles():
    x = (datasets.two_moons(COUNT, seed=3).astype("float64") + [1.0, 0.2]) / 2
    to_upper = np.abs(np.hypot(x[:, 0], x[:, 1]) - 1)
    to_lower = np.abs(np.hypot(x[:, 0] - 1, x[:, 1] - 0.5) - 1)
    assert np.mean(np.minimum(to_upper, to_lower) < 0.3) > 0.995  # three scales of the noise
    upper = (to_upper < 0.3) & (x[:, 1] > 0.7)
    lower = (to_lower < 0.3) & (x[:, 1] < -0.2)  # the mirror image of the other region
    difference = upper.sum() - lower.sum()
    assert abs(difference) < 4 * math.sqrt(upper.sum() + lower.sum())


def test_pinwheel_has_five_arms():
    x = datasets.pinwheel(COUNT, seed=3).astype("float64")
    # A turn by a fifth of the circle leaves the density as it is; a turn by a tenth does not.
    radius, angle = np.hypot(x[:, 0], x[:, 1]), np.arctan2(x[:, 1], x[:, 0])
    along = 0.25 * np.exp(radius / 2)
    phase = np.exp(5j * (angle + along))  # clockwise arms, unwound
    assert abs(phase.mean()) > 0.8
    assert abs(np.exp(1j * (angle + along)).mean()) < 4 / math.sqrt(COUNT)


@pytest.mark.parametrize("name", NAMES)
def test_refusals(name):
    draw = getattr(datasets, name)
    for value in (0, -1, 2.0, "5"):
        message = f"{name}: `num_samples` must be an integer >= 1. Received: num_samples={value!r}"
        with pytest.raises(ValueError, match=message):
            draw(value)
    for value in (-1, 0.5, None):
        message = f"{name}: `seed` must be an integer >= 0. Received: seed={value!r}"
        with pytest.raises(ValueError, match=message):
            draw(5, seed=value)


def test_log_prob_refuses_other_shapes():
    with pytest.raises(ValueError, match=r"x of shape \(..., 2\). Received: x of shape \(4, 3\)"):
        datasets.eight_gaussians_log_prob(np.zeros((4, 3)))
