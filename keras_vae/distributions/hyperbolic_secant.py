"""Hyperbolic secant distribution: the likelihood behind the log-cosh error."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor


class HyperbolicSecant(NamedTuple):
    r"""Hyperbolic secant distribution with independent elements.

    $$
    p(x_i) = \frac{1}{\pi s_i \cosh u_i} , \quad u_i = (x_i - \mu_i) / s_i
    $$

    p(x) = 1 / (pi b cosh((x - mean) / b)).
    Near its middle a normal of variance b^2, far from it a Laplace of scale b.

    Args:
        mean: tensor (..., event), also the median.
        log_scale: tensor (..., event), the logarithm of the scale b; the variance is (pi b / 2)^2.
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
        return (math.pi / 2.0) ** 2 * ops.exp(2.0 * log_scale)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        # log cosh d = |d| + log1p(exp(-2 |d|)) - log 2, which no large d overflows.
        distance = ops.abs(x - self.mean) * ops.exp(-self.log_scale)
        log_cosh = distance + ops.softplus(-2.0 * distance) - math.log(2.0)
        return -sum_event(math.log(math.pi) + self.log_scale + log_cosh, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        mean, log_scale = together(self.mean, self.log_scale)
        uniform = standard_uniform(mean, num_samples, seed)
        # The quantile function, log tan(pi u / 2), written so that both tails are alike.
        quarter = 0.5 * math.pi * uniform
        noise = ops.log(ops.sin(quarter)) - ops.log(ops.sin(0.5 * math.pi * (1.0 - uniform)))
        return mean + ops.exp(log_scale) * noise

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_scale = together(self.mean, self.log_scale)
        return sum_event(math.log(2.0 * math.pi) + log_scale, self.event_ndim)
