"""Logistic distribution: the sigmoid is its distribution function."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor


class Logistic(NamedTuple):
    r"""Logistic distribution with independent elements, P(X < x) = sigmoid((x - mean) / s).

    $$
    p(x_i) = \frac{e^{-u_i}}{s_i\, (1 + e^{-u_i})^2} , \quad u_i = (x_i - \mu_i) / s_i
    $$

    Args:
        mean: tensor (..., event), also the median.
        log_scale: tensor (..., event), the logarithm of the scale s; the variance is (pi s)^2 / 3.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    mean: Any
    log_scale: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.REAL, element_ndim=0)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        _, log_scale = together(self.mean, self.log_scale)
        return (math.pi**2 / 3.0) * ops.exp(2.0 * log_scale)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        # The density is sigmoid' = sigmoid(z) sigmoid(-z), over the scale.
        z = (x - self.mean) * ops.exp(-self.log_scale)
        log_density = ops.log_sigmoid(z) + ops.log_sigmoid(-z) - self.log_scale
        return sum_event(log_density, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        mean, log_scale = together(self.mean, self.log_scale)
        uniform = standard_uniform(mean, num_samples, seed)
        return mean + ops.exp(log_scale) * (ops.log(uniform) - ops.log1p(-uniform))

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_scale = together(self.mean, self.log_scale)
        return sum_event(2.0 + log_scale, self.event_ndim)
