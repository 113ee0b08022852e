"""Von Mises distribution over angles, the normal distribution of the circle."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bessel import bessel_terms
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.quantiles import quantile
from keras_vae.typing import Seed, Tensor

#: no draw lies beyond the angle where the density has fallen to exp(-17) = 4e-8 of its height
_CUT = 17.0


class VonMises(NamedTuple):
    r"""Von Mises distribution with independent elements, of angles in radians.

    $$
    p(x) = \frac{e^{\kappa \cos(x - \mu)}}{2 \pi I_0(\kappa)}
    $$

    The density has the period 2 pi, and is normalised over one period.

    Args:
        location: tensor (..., event), the mean direction mu in radians, any real number.
        log_concentration: tensor (..., event), the logarithm of kappa; for large kappa the
            variance is 1 / kappa.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.VonMises(keras.ops.zeros((1,)), keras.ops.zeros((1,)))
    >>> round(float(p.log_prob(keras.ops.array([6.2831855], "float32"))), 3)
    -1.074
    """

    location: Any
    log_concentration: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.INTERVAL, element_ndim=0, has_variance=False)

    @property
    def mean(self) -> Tensor:
        """Mean direction, in [-pi, pi], (..., event)."""
        location, _ = together(self.location, self.log_concentration)
        return _wrapped(location)

    @property
    def circular_variance(self) -> Tensor:
        """Circular variance 1 - E[cos(x - mu)], in [0, 1], (..., event)."""
        _, log_concentration = together(self.location, self.log_concentration)
        return bessel_terms(ops.exp(log_concentration), 2).one_less_ratio

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of angles in nats, (..., event) -> (...)."""
        concentration = ops.exp(self.log_concentration)
        # kappa (cos(x - mu) - 1), with no cancellation close to the mean.
        exponent = -2.0 * concentration * ops.square(ops.sin(0.5 * (x - self.location)))
        less_x = bessel_terms(concentration, 2).log_mean_exp_less_x
        return sum_event(exponent - less_x - math.log(2 * math.pi), self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw in [-pi, pi], (..., event), or (num_samples, ..., event)."""
        location, log_concentration = together(self.location, self.log_concentration)
        uniform = ops.expand_dims(standard_uniform(location, num_samples, seed), -1)
        concentration = ops.expand_dims(ops.exp(log_concentration), -1)
        # The grid covers what the density leaves of the circle.
        part = ops.sqrt(0.5 * _CUT / ops.stop_gradient(concentration))
        reach = 2.0 * ops.arcsin(ops.minimum(part, 1.0))

        def log_density(places: Tensor) -> Tensor:
            return -2.0 * concentration * ops.square(ops.sin(0.5 * reach * places))

        angle = reach * quantile(log_density, 1.0, uniform)
        return _wrapped(location + ops.squeeze(angle, -1))

    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        _, log_concentration = together(self.location, self.log_concentration)
        concentration = ops.exp(log_concentration)
        terms = bessel_terms(concentration, 2)
        near = terms.log_mean_exp_less_x + concentration * terms.one_less_ratio
        return sum_event(math.log(2 * math.pi) + near, self.event_ndim)


def _wrapped(angle):
    """The angle in [-pi, pi]; a gradient passes as it is."""
    turns = ops.round(ops.stop_gradient(angle) / (2.0 * math.pi))
    return angle - 2.0 * math.pi * turns
