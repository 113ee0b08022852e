"""Wrapped normal on the Poincaré ball (Nagano et al., 2019), arxiv.org/abs/1902.02992."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_normal, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.poincare import (
    distance_to_origin,
    exp_map,
    log_map,
    log_sinh_ratio,
    reach,
)
from keras_vae.distributions.sphere import dot
from keras_vae.typing import Seed, Tensor

#: squared share of the radius beyond which a draw is scored where it has rounded to
_FAR = 0.9
#: least room, in units of the ball, that a mean near the boundary leaves to its draws
_LEAST_ROOM = 1.0


class WrappedNormal(NamedTuple):
    """Wrapped normal distribution on the Poincaré ball of curvature -c.

    A draw of N(0, exp(log_var)) in the tangent space of the mean, in an orthonormal frame, carried
    to the ball along geodesics. Densities are with respect to the ball's own (Riemannian) volume.

    Args:
        mean: tensor (..., dimension), points of the ball |z| < 1 / sqrt(c).
        log_var: tensor (..., dimension), the logarithm of the variance in the tangent space; see
            `held_log_var` for its upper bound.
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

    @property
    def traits(self) -> Traits:
        return Traits(Space.BALL, scores_draws=True, has_variance=False)

    @property
    def held_log_var(self) -> Tensor:
        """`log_var`, bounded so that draws stay where float32 tells points of the ball apart.

        Draws lie about sqrt(dimension) deviations from the mean. Float32 holds points up to a
        distance of 12.2 / sqrt(c) from the origin, and moves others to there: without the bound
        most draws in more than 150 dimensions. It is far from what few dimensions use.
        """
        room = reach(self.curvature) - distance_to_origin(self.mean, self.curvature)
        room = at_least(room, _LEAST_ROOM / math.sqrt(self.curvature))
        deviations = math.sqrt(self.mean.shape[-1]) + 1
        most = 2 * ops.log(room / deviations)
        return ops.where(self.log_var > most, most, self.log_var)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of points of the ball in nats, (..., dimension) -> (...)."""
        v = log_map(self.mean, x, self.curvature)
        return self._log_prob_of_tangent(v, self.held_log_var)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., dimension), or (num_samples, ..., dimension)."""
        return self.sample_and_log_prob(num_samples, seed)[0]

    @in_float32
    def sample_and_log_prob(
        self, num_samples: int | None = None, seed: Seed = None
    ) -> tuple[Tensor, Tensor]:
        """A draw and its log-density in nats, which its tangent vector tells to more digits."""
        mean, log_var = together(self.mean, self.held_log_var)
        v = ops.exp(0.5 * log_var) * standard_normal(mean, num_samples, seed)
        z = exp_map(mean, v, self.curvature)
        # Near the boundary the point was rounded, or moved. Take the density at the point where
        # it is now, as the prior does.
        is_far = self.curvature * dot(z, z) > _FAR
        v = ops.where(is_far, log_map(mean, z, self.curvature), v)
        return z, self._log_prob_of_tangent(v, log_var)

    def _log_prob_of_tangent(self, v, log_var):
        """That of the normal, less the logarithm of how much the ball's volume grows there."""
        squares = ops.square(v) * ops.exp(-log_var)
        normal = -0.5 * sum_event(math.log(2 * math.pi) + log_var + squares, 1)
        distance = ops.sqrt(dot(v, v) + 1e-30)
        growth = log_sinh_ratio(math.sqrt(self.curvature) * distance)
        return normal - (v.shape[-1] - 1) * ops.squeeze(growth, -1)
