"""Log-normal distribution over positive numbers: their logarithms are normal."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_normal, sum_event, together
from keras_vae.typing import Seed, Tensor


class LogNormal(NamedTuple):
    r"""Log-normal distribution with independent elements, log x ~ N(location, exp(log_var)).

    $$
    p(x) = \mathcal{N}(\log x;\, m, \sigma^2) / x
    $$

    Args:
        location: tensor (..., event), the mean m of log x; exp of it is the median of x.
        log_var: tensor (..., event), the logarithm of the *variance* of log x.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.LogNormal(keras.ops.zeros((1,)), keras.ops.zeros((1,)))
    >>> round(float(p.log_prob(keras.ops.array([1.0]))), 4)
    -0.9189
    """

    location: Any
    log_var: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.POSITIVE, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, exp(location + variance / 2), (..., event)."""
        return ops.exp(self.location + 0.5 * ops.exp(self.log_var))

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return ops.expm1(ops.exp(self.log_var)) * ops.square(self.mean)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of positive numbers in nats, (..., event) -> (...)."""
        log_x = ops.log(x)
        squared = ops.square(log_x - self.location) * ops.exp(-self.log_var)
        half = -0.5 * (math.log(2 * math.pi) + self.log_var + squared)
        return sum_event(half - log_x, self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        location, log_var = together(self.location, self.log_var)
        noise = standard_normal(location, num_samples, seed)
        return ops.exp(location + ops.exp(0.5 * log_var) * noise)

    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        location, log_var = together(self.location, self.log_var)
        half = 0.5 * (math.log(2 * math.pi) + 1.0 + log_var)
        return sum_event(half + location, self.event_ndim)
