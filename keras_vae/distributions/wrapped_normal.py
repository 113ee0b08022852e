"""Wrapped normal on the Poincaré ball (Nagano et al., 2019), arxiv.org/abs/1902.02992."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_normal, sum_event, together
from keras_vae.distributions.poincare import exp_map, log_map, log_sinh_ratio
from keras_vae.distributions.sphere import dot


class WrappedNormal(NamedTuple):
    """Wrapped normal distribution on the Poincaré ball of curvature -c.

    A draw of N(0, exp(log_var)) in the tangent space of the mean, in an orthonormal frame, carried
    to the ball along geodesics. Densities are with respect to the ball's own (Riemannian) volume.

    Args:
        mean: tensor (..., dimension), points of the ball |z| < 1 / sqrt(c).
        log_var: tensor (..., dimension), the logarithm of the variance in the tangent space.
        curvature: float > 0, c. Defaults to `1.0`.
        event_ndim: int, always 1. Defaults to `1`.

    References:
        - [Nagano et al., 2019](https://arxiv.org/abs/1902.02992)
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
    """

    mean: Any
    log_var: Any
    curvature: float = 1.0
    event_ndim: int = 1

    traits = Traits(Space.BALL, scores_draws=True, has_variance=False)

    def log_prob(self, x):
        """Log-density of points of the ball in nats, (..., dimension) -> (...)."""
        return self._log_prob_of_tangent(log_map(self.mean, x, self.curvature))

    def sample(self, num_samples=None, seed=None):
        """Reparameterised draw, (..., dimension), or (num_samples, ..., dimension)."""
        return self.sample_and_log_prob(num_samples, seed)[0]

    def sample_and_log_prob(self, num_samples=None, seed=None):
        """A draw and its log-density in nats, which its tangent vector tells to more digits."""
        mean, log_var = together(self.mean, self.log_var)
        v = ops.exp(0.5 * log_var) * standard_normal(mean, num_samples, seed)
        return exp_map(mean, v, self.curvature), self._log_prob_of_tangent(v)

    def _log_prob_of_tangent(self, v):
        """That of the normal, less the logarithm of how much the ball's volume grows there."""
        squares = ops.square(v) * ops.exp(-self.log_var)
        normal = -0.5 * sum_event(math.log(2 * math.pi) + self.log_var + squares, 1)
        distance = ops.sqrt(dot(v, v) + 1e-30)
        growth = log_sinh_ratio(math.sqrt(self.curvature) * distance)
        return normal - (v.shape[-1] - 1) * ops.squeeze(growth, -1)
