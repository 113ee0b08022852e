"""Kernel density estimate of latents (Parzen, 1962), doi.org/10.1214/aoms/1177704472."""

import math
from typing import Any

import numpy as np

from keras_vae.parts import check_count, check_positive
from keras_vae.samplers.latent_density import LatentDensity
from keras_vae.samplers.seeds import numpy_generator
from keras_vae.serialization import register
from keras_vae.typing import Seed

#: bandwidths that are tried, as multiples of Scott's
TRIED = np.geomspace(0.05, 2.0, 30)
#: points whose density under the others is compared
NUM_JUDGED = 500
#: what is added to the covariance, as a share of the mean variance: collapsed latents have none
RIDGE = 1e-9
#: elements of the greatest matrix of distances
CHUNK = 2**22


@register
class KDE(LatentDensity):
    """Normal kernels on latents, all with the latents' covariance times `bandwidth` squared.

    `arrays` has the kernels' `points` (points, size) and `scale_tril` (size, size), the Cholesky
    factor of their covariance. Its draws are the same on every backend.

    Args:
        bandwidth: float > 0; `"scott"`, the points' number to the power -1 / (size + 4), which is
            right for a single normal; or `"leave_one_out"`, the one of 30 from a twentieth to twice
            Scott's under which some of the points are likeliest given the others. Defaults to
            `"leave_one_out"`.
        num_points: int, kernels, on latents chosen at random; `None` puts one on each. Defaults to
            `10_000`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `bandwidth` is none of these or `num_points` is not an integer >= 2.

    Reference:
        - E. Parzen, 1962. On estimation of a probability density function and mode,
          [Annals of Mathematical Statistics](https://doi.org/10.1214/aoms/1177704472)

    Example:

    >>> sampler = keras_vae.samplers.KDE().fit(vae, x, seed=0)
    >>> sampler.sample(5, seed=0).shape
    (5, 2)
    """

    def __init__(
        self, bandwidth: Any = "leave_one_out", num_points: int = 10_000, **kwargs: Any
    ) -> None:
        if bandwidth not in ("leave_one_out", "scott"):
            if isinstance(bandwidth, str):
                raise ValueError(
                    'samplers.KDE needs bandwidth > 0, "leave_one_out" or "scott". '
                    f"Received: bandwidth={bandwidth!r}"
                )
            check_positive("samplers.KDE", bandwidth=bandwidth)
        if num_points is not None:
            check_count("samplers.KDE", num_points=num_points)
            if num_points < 2:
                raise ValueError(
                    f"samplers.KDE needs num_points >= 2. Received: num_points={num_points}"
                )
        super().__init__(**kwargs)
        self.bandwidth = bandwidth
        self.num_points = num_points

    def fit_vectors(self, z: Any, seed: Seed) -> None:
        rng = numpy_generator(seed)
        size = z.shape[1]
        covariance = np.atleast_2d(np.cov(z, rowvar=False))
        covariance += RIDGE * np.trace(covariance) / size * np.eye(size)
        tril = np.linalg.cholesky(covariance)
        num_points = min(self.num_points or len(z), len(z))
        points = z[np.sort(rng.choice(len(z), size=num_points, replace=False))]
        bandwidth = self._bandwidth(np.linalg.solve(tril, points.T).T, rng)
        self.arrays.update(points=points, scale_tril=bandwidth * tril)

    def _bandwidth(self, points, rng):
        """The bandwidth for points (n, size) of unit covariance."""
        if not isinstance(self.bandwidth, str):
            return self.bandwidth
        scott = len(points) ** (-1.0 / (points.shape[1] + 4))
        return scott if self.bandwidth == "scott" else _leave_one_out(points, scott * TRIED, rng)

    def draw_vectors(self, num_samples: int, seed: Seed) -> Any:
        rng = numpy_generator(seed)
        points, tril = self.arrays["points"], self.arrays["scale_tril"]
        noise = rng.normal(size=(num_samples, points.shape[1]))
        return points[rng.integers(len(points), size=num_samples)] + noise @ tril.T

    def score_vectors(self, z: Any) -> Any:
        points, tril = self.arrays["points"], self.arrays["scale_tril"]
        white, kernels = (np.linalg.solve(tril, rows.T).T for rows in (z, points))
        at_once = max(1, CHUNK // len(kernels))
        each = [
            _log_sum_exp(-0.5 * _squared_distances(white[first : first + at_once], kernels))
            for first in range(0, len(white), at_once)
        ]
        constant = np.sum(np.log(np.diag(tril))) + 0.5 * z.shape[1] * math.log(2 * math.pi)
        return np.concatenate(each) - math.log(len(points)) - constant


def _leave_one_out(points, bandwidths, rng):
    """The bandwidth under which some points, each left out, are likeliest given the others."""
    judged = rng.permutation(len(points))[:NUM_JUDGED]
    squared = _squared_distances(points[judged], points)
    squared[np.arange(len(judged)), judged] = np.inf
    log_densities = [
        np.mean(_log_sum_exp(-0.5 * squared / h**2)) - points.shape[1] * math.log(h)
        for h in bandwidths
    ]
    return bandwidths[int(np.argmax(log_densities))]


def _squared_distances(a, b):
    """(n, size) and (m, size) -> (n, m)."""
    squares = np.sum(a**2, axis=1)[:, None] + np.sum(b**2, axis=1)
    return np.maximum(squares - 2.0 * a @ b.T, 0.0)


def _log_sum_exp(values):
    """Over the last axis."""
    greatest = values.max(axis=1, keepdims=True)
    return greatest[:, 0] + np.log(np.sum(np.exp(values - greatest), axis=1))
