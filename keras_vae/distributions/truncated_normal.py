"""Normal distribution restricted to an interval."""

import functools
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from keras_vae.distributions.bounds import at_least, at_most, greater, smaller
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event, together
from keras_vae.distributions.quantiles import quantile
from keras_vae.typing import Seed, Tensor

#: by type: what lies beyond exp(-cut) of the density's height is left out of integrals, which
#: Gauss and Legendre's rule of so many nodes takes
_CUTS = {"float64": (36.0, 96)}
_CUT, _NUM_NODES = 22.0, 32


class TruncatedNormal(NamedTuple):
    r"""Normal distribution with independent elements, restricted to [low, high] and normalised.

    $$
    p(x) = \mathcal{N}(x;\, m, s^2) \Big/ \int_{low}^{high} \mathcal{N}(t;\, m, s^2)\, dt
    $$

    The integral is Gauss and Legendre's of 32 nodes over the part of the interval where the density
    is, relative to the density's largest value: so it keeps its digits for locations far outside
    the interval and for scales from far below to far above its width. It takes 32 numbers for each
    element, and 96 in float64.

    Args:
        location: tensor (..., event), the mean m before the restriction; it may lie outside.
        log_scale: tensor (..., event), the logarithm of the deviation s before the restriction.
        low: float. Defaults to `0.0`.
        high: float, above `low`. Defaults to `1.0`.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.TruncatedNormal(
    ...     keras.ops.array([0.5]), keras.ops.array([10.0])  # next to uniform
    ... )
    >>> abs(float(p.log_prob(keras.ops.array([0.1])))) < 1e-6
    True
    """

    location: Any
    log_scale: Any
    low: float = 0.0
    high: float = 1.0
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.INTERVAL, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, (..., event)."""
        return self._moments()[0]

    @property
    def variance(self) -> Tensor:
        """Variance, (..., event)."""
        return self._moments()[1]

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of numbers in [low, high] in nats, (..., event) -> (...)."""
        top = self._top()
        start, width = self._interval(top)
        nodes, weights = _gauss_legendre(self.location.dtype)
        offsets = ops.expand_dims(start, -1) + ops.expand_dims(width, -1) * nodes
        integral = ops.sum(weights * ops.exp(self._wide_exponent(offsets, top)), axis=-1)
        log_density = self._exponent(x - top, top) - ops.log(integral) - ops.log(width)
        return sum_event(log_density, self.event_ndim)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw in [low, high], (..., event), or (num_samples, ..., event)."""
        location, _ = together(self.location, self.log_scale)
        uniform = ops.expand_dims(standard_uniform(location, num_samples, seed), -1)
        top = self._top()
        start, width = self._interval(top)

        def offset(place: Tensor) -> Tensor:  # from [-1, 1]
            return ops.expand_dims(start, -1) + ops.expand_dims(0.5 * width, -1) * (1.0 + place)

        place = quantile(lambda y: self._wide_exponent(offset(y), top), 1.0, uniform)
        return at_most(at_least(top + ops.squeeze(offset(place), -1), self.low), self.high)

    # Points are given by their offset from the top, where the density is largest in the
    # interval: at a small scale, the points themselves have too few digits.

    def _top(self):
        return ops.stop_gradient(at_most(at_least(self.location, self.low), self.high))

    def _exponent(self, offset, top):
        """log N(x) - log N(top), which is never positive inside, (..., event)."""
        return _log_ratio(offset, self.location - top, self.log_scale)

    def _wide_exponent(self, offset, top):
        """The same of offsets (..., event, nodes)."""
        away, log_scale = (ops.expand_dims(t, -1) for t in (self.location - top, self.log_scale))
        return _log_ratio(offset, away, log_scale)

    def _interval(self, top):
        """Start, as an offset, and width of where the density is, (..., event) each."""
        location, log_scale = together(self.location, self.log_scale)
        scale = ops.exp(log_scale)
        # Where the exponent from the top, y d / s^2 + y^2 / (2 s^2), comes to the cut.
        distance = ops.abs(location - top) / scale
        cut, _ = _rule_of(self.location.dtype)
        reach = scale * 2.0 * cut / (distance + ops.sqrt(ops.square(distance) + 2.0 * cut))
        start = greater(-reach, self.low - top)
        width = smaller(reach, self.high - top) - start
        return ops.stop_gradient(start), ops.stop_gradient(width)

    def _moments(self):
        top = self._top()
        start, width = self._interval(top)
        nodes, weights = _gauss_legendre(self.location.dtype)
        offsets = ops.expand_dims(start, -1) + ops.expand_dims(width, -1) * nodes
        mass = weights * ops.exp(self._wide_exponent(offsets, top))
        mass = mass / ops.sum(mass, axis=-1, keepdims=True)
        mean = ops.sum(mass * offsets, axis=-1, keepdims=True)
        variance = ops.sum(mass * ops.square(offsets - mean), axis=-1)
        return top + ops.squeeze(mean, -1), variance


def _log_ratio(offset, away, log_scale):
    return -0.5 * offset * (offset - 2.0 * away) * ops.exp(-2.0 * log_scale)


def _rule_of(dtype):
    """The cut and the number of nodes for tensors of a type."""
    return _CUTS.get(keras.backend.standardize_dtype(dtype), (_CUT, _NUM_NODES))


@functools.cache
def _rule(num_nodes):
    places, weights = np.polynomial.legendre.leggauss(num_nodes)
    return 0.5 * (places + 1.0), 0.5 * weights


def _gauss_legendre(dtype):
    """Nodes in [0, 1] and weights that sum to one, (nodes,) each."""
    _, num_nodes = _rule_of(dtype)
    return tuple(ops.convert_to_tensor(values, dtype=dtype) for values in _rule(num_nodes))
