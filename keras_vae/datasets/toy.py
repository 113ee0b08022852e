"""Toy densities in the plane, with the constants of FFJORD's experiments (Grathwohl et al., 2019).

arxiv.org/abs/1810.01367. Points are drawn independently here, so any number of them can be asked
for, where FFJORD's own code spaces the angles of the moons evenly and fills the arms of spirals and
pinwheels equally.
"""

import math
from typing import Any

import numpy as np

from keras_vae.datasets.checks import make_generator, require_count
from keras_vae.typing import Seed

# FFJORD divides by 1.414, not by the root of two; the true density must do the same.
_GAUSSIAN_RADIUS = 4.0 / 1.414
_GAUSSIAN_SCALE = 0.5 / 1.414
_GAUSSIAN_ANGLES = np.arange(8) * (math.pi / 4)
_GAUSSIAN_MEANS = _GAUSSIAN_RADIUS * np.stack(
    [np.cos(_GAUSSIAN_ANGLES), np.sin(_GAUSSIAN_ANGLES)], axis=-1
)


def eight_gaussians(num_samples: int, seed: Seed = 0) -> Any:
    """Eight normal distributions, equally likely, evenly on a circle.

    The circle has radius 4 / 1.414 (about 2.83), and each component the scale 0.5 / 1.414 (about
    0.354) on both axes. `eight_gaussians_log_prob` is the true density.

    Args:
        num_samples: int, the number of points.
        seed: int, or a `np.random.Generator` to draw from. Defaults to `0`.

    Returns:
        float32 array (num_samples, 2).

    Raises:
        ValueError: `num_samples` or `seed` is out of range.

    Example:

    >>> eight_gaussians(1000, seed=0).shape
    (1000, 2)
    """
    generator = _generator("eight_gaussians", num_samples, seed)
    means = _GAUSSIAN_MEANS[generator.integers(8, size=num_samples)]
    noise = generator.normal(scale=_GAUSSIAN_SCALE, size=(num_samples, 2))
    return (means + noise).astype("float32")


def eight_gaussians_log_prob(x: Any) -> Any:
    """The true log-density of `eight_gaussians` in nats.

    Args:
        x: array (..., 2).

    Returns:
        float64 array (...).

    Raises:
        ValueError: the last axis of `x` is not of length 2.

    Example:

    >>> round(float(eight_gaussians_log_prob([2.83, 0.0])), 2)
    -1.84
    """
    x = np.asarray(x, "float64")
    if x.shape[-1:] != (2,):
        raise ValueError(
            f"eight_gaussians_log_prob needs x of shape (..., 2). Received: x of shape {x.shape}"
        )
    distance = (x[..., None, :] - _GAUSSIAN_MEANS) / _GAUSSIAN_SCALE  # (..., 8, 2)
    log_prob = -0.5 * np.sum(distance**2, axis=-1) - math.log(2 * math.pi * _GAUSSIAN_SCALE**2)
    return np.logaddexp.reduce(log_prob, axis=-1) - math.log(8)


def two_moons(num_samples: int, seed: Seed = 0) -> Any:
    """Two interleaved half circles.

    Half circles of radius 1 around (0, 0) and (1, 0.5), with normal noise of scale 0.1; all of it
    doubled and moved by (-1, -0.2).

    Args:
        num_samples: int, the number of points.
        seed: int, or a `np.random.Generator` to draw from. Defaults to `0`.

    Returns:
        float32 array (num_samples, 2).

    Raises:
        ValueError: `num_samples` or `seed` is out of range.

    Example:

    >>> two_moons(1000, seed=0).shape
    (1000, 2)
    """
    generator = _generator("two_moons", num_samples, seed)
    lower = generator.integers(2, size=(num_samples, 1))
    angle = generator.uniform(0.0, math.pi, size=(num_samples, 1))
    upper_moon = np.hstack([np.cos(angle), np.sin(angle)])
    moons = np.where(lower, [1.0, 0.5] - upper_moon, upper_moon)
    noise = generator.normal(scale=0.1, size=(num_samples, 2))
    return ((moons + noise) * 2 + [-1.0, -0.2]).astype("float32")


def spiral(num_samples: int, seed: Seed = 0) -> Any:
    """Two spirals, each the other turned by half a circle; FFJORD's "2spirals".

    An angle t is 540 degrees times the root of a uniform; its point is (-t cos t, t sin t), plus
    uniform noise in [0, 0.5] on both axes, turned by half a circle for every second point, divided
    by 3, plus normal noise of scale 0.1.

    Args:
        num_samples: int, the number of points.
        seed: int, or a `np.random.Generator` to draw from. Defaults to `0`.

    Returns:
        float32 array (num_samples, 2).

    Raises:
        ValueError: `num_samples` or `seed` is out of range.

    Example:

    >>> spiral(1000, seed=0).shape
    (1000, 2)
    """
    generator = _generator("spiral", num_samples, seed)
    sign = generator.choice([-1.0, 1.0], size=(num_samples, 1))
    angle = 3 * math.pi * np.sqrt(generator.uniform(size=(num_samples, 1)))
    arm = angle * np.hstack([-np.cos(angle), np.sin(angle)])
    arm = arm + generator.uniform(0.0, 0.5, size=(num_samples, 2))
    noise = generator.normal(scale=0.1, size=(num_samples, 2))
    return (sign * arm / 3 + noise).astype("float32")


def checkerboard(num_samples: int, seed: Seed = 0) -> Any:
    """Uniform on the eight black squares of a checkerboard of four by four.

    The board is [-4, 4] x [-4, 4] and its squares have sides of 2, so that the true density is
    1/32 on the black squares, those where floor(x / 2) + floor(y / 2) is even, and 0 elsewhere.

    Args:
        num_samples: int, the number of points.
        seed: int, or a `np.random.Generator` to draw from. Defaults to `0`.

    Returns:
        float32 array (num_samples, 2).

    Raises:
        ValueError: `num_samples` or `seed` is out of range.

    Example:

    >>> checkerboard(1000, seed=0).shape
    (1000, 2)
    """
    generator = _generator("checkerboard", num_samples, seed)
    column = generator.integers(-2, 2, size=num_samples)
    # Every second row is black, the even ones in an even column and the odd ones in an odd one.
    row = generator.choice([-2, 0], size=num_samples) + column % 2
    inside = generator.uniform(size=(num_samples, 2))
    return (2 * (np.stack([column, row], axis=-1) + inside)).astype("float32")


def pinwheel(num_samples: int, seed: Seed = 0) -> Any:
    """A pinwheel of five arms (Johnson et al., 2016).

    In its own frame an arm is normal around (1, 0), of scale 0.3 along it and 0.1 across. A point
    at the distance r along it is turned clockwise by the angle of one of five arms plus
    0.25 exp(r), and doubled.

    Args:
        num_samples: int, the number of points.
        seed: int, or a `np.random.Generator` to draw from. Defaults to `0`.

    Returns:
        float32 array (num_samples, 2).

    Raises:
        ValueError: `num_samples` or `seed` is out of range.

    References:
        - Johnson, Duvenaud, Wiltschko, Datta and Adams, 2016. Composing graphical models with
          neural networks, arxiv.org/abs/1603.06277.

    Example:

    >>> pinwheel(1000, seed=0).shape
    (1000, 2)
    """
    generator = _generator("pinwheel", num_samples, seed)
    arm = generator.integers(5, size=num_samples)
    along = 1.0 + 0.3 * generator.normal(size=num_samples)
    across = 0.1 * generator.normal(size=num_samples)
    angle = arm * (2 * math.pi / 5) + 0.25 * np.exp(along)
    cos, sin = np.cos(angle), np.sin(angle)
    # Turned clockwise, as the arms are there: points are rows, from the left of the rotation.
    turned = np.stack([along * cos + across * sin, across * cos - along * sin], axis=-1)
    return (2 * turned).astype("float32")


def _generator(owner, num_samples, seed):
    require_count(owner, "num_samples", num_samples, least=1)
    return make_generator(owner, seed)
