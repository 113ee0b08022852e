"""Laplace distribution: the likelihood behind the absolute error."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor


class Laplace(NamedTuple):
    r"""Laplace distribution with independent elements, p(x) = exp(-|x - mean| / b) / 2b.

    $$
    \log p(x) = -\sum_i \left( \log 2 b_i + |x_i - \mu_i| / b_i \right)
    $$

    Args:
        mean: tensor (..., event), also the median.
        log_scale: tensor (..., event), the logarithm of the scale b; the variance is 2 b^2.
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
        return 2.0 * ops.exp(2.0 * log_scale)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        distance = ops.abs(x - self.mean) * ops.exp(-self.log_scale)
        return -sum_event(math.log(2.0) + self.log_scale + distance, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        mean, log_scale = together(self.mean, self.log_scale)
        centred = 2.0 * standard_uniform(mean, num_samples, seed) - 1.0
        noise = -ops.sign(centred) * ops.log1p(-ops.abs(centred))
        return mean + ops.exp(log_scale) * noise

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_scale = together(self.mean, self.log_scale)
        return sum_event(math.log(2.0) + 1.0 + log_scale, self.event_ndim)
