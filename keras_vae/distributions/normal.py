"""Normal distribution with diagonal covariance."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_normal, sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor


class Normal(NamedTuple):
    r"""Normal distribution with diagonal covariance, N(mean, exp(log_var)).

    $$
    \log p(x) = -\tfrac{1}{2} \sum_i
    \left( \log 2\pi + \log \sigma_i^2 + (x_i - \mu_i)^2 / \sigma_i^2 \right)
    $$

    Args:
        mean: tensor (..., event).
        log_var: tensor (..., event), the logarithm of the *variance*.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    mean: Any
    log_var: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.REAL, element_ndim=0)

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        _, log_var = together(self.mean, self.log_var)
        return ops.exp(log_var)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        squared = ops.square(x - self.mean) * ops.exp(-self.log_var)
        return -0.5 * sum_event(math.log(2 * math.pi) + self.log_var + squared, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        mean, log_var = together(self.mean, self.log_var)
        # The deviation is exp of *half* the log-variance; exp(log_var) is a common slip.
        return mean + ops.exp(0.5 * log_var) * standard_normal(mean, num_samples, seed)

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_var = together(self.mean, self.log_var)
        return 0.5 * sum_event(math.log(2 * math.pi) + 1.0 + log_var, self.event_ndim)
