"""Von Mises-Fisher distribution, the normal distribution of the sphere."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bessel import bessel_terms
from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.quantiles import beta_reach, quantile
from keras_vae.distributions.seeds import seed_stream
from keras_vae.distributions.sphere import (
    dot,
    log_area,
    tangents,
    turn_to,
    variance_around,
)
from keras_vae.typing import Seed, Tensor

#: concentration below which the distribution is the uniform one
_LEAST = 1e-6


class VonMisesFisher(NamedTuple):
    r"""Von Mises-Fisher distribution on the unit sphere, density ~ exp(concentration * cosine).

    $$
    p(x) = \frac{\kappa^{m/2-1}}{(2\pi)^{m/2}\, I_{m/2-1}(\kappa)}\, e^{\kappa\, \mu^\top x}
    $$

    Densities are with respect to the sphere's area. Finite, with its gradients, in float32 for 2 to
    512 dimensions and concentrations from 0 to 1e4.

    Args:
        mean_direction: tensor (..., dimension) of unit vectors.
        concentration: tensor (..., 1), >= 0; 0 is the uniform distribution.
        event_ndim: int, always 1. Defaults to `1`.

    References:
        - [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)
        - [Figurnov et al., 2018](https://arxiv.org/abs/1805.08498), the gradient of draws
    """

    mean_direction: Any
    concentration: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.SPHERE)

    @property
    def dimension(self) -> int:
        """Of the space around the sphere, an int."""
        return self.mean_direction.shape[-1]

    @property
    def mean(self) -> Tensor:
        """The mean on the sphere, (..., dimension): `mean_direction`."""
        return together(self.mean_direction, self.concentration)[0]

    @property
    def expectation(self) -> Tensor:
        """The mean in the space around the sphere, (..., dimension), a point inside the ball."""
        return self.mean_direction * bessel_terms(self.concentration, self.dimension).ratio

    @property
    def variance(self) -> Tensor:
        """Variance around `expectation` of each number, (..., dimension)."""
        terms = bessel_terms(self.concentration, self.dimension)
        x = at_least(self.concentration, _LEAST)
        # The variance of each number across the mean direction, and that of the cosine.
        across = terms.ratio / x
        is_uniform = self.concentration < _LEAST
        across = ops.where(is_uniform, ops.full_like(across, 1 / self.dimension), across)
        along = terms.one_less_ratio * (1 + terms.ratio) - (self.dimension - 1) * across
        return variance_around(self.mean_direction, across, along)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of unit vectors in nats, (..., dimension) -> (...)."""
        # concentration * (cosine - 1), with no cancellation close to the mean.
        exponent = -0.5 * self.concentration * _square(x - self.mean_direction)
        less_x = bessel_terms(self.concentration, self.dimension).log_mean_exp_less_x
        return ops.squeeze(exponent - less_x, -1) - log_area(self.dimension)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., dimension), or (num_samples, ..., dimension).

        The angle comes from its quantile function; no draw is rejected. Its gradient is that of the
        implicit function, exact up to rounding.
        """
        direction, _ = together(self.mean_direction, self.concentration)
        concentration = together(self.concentration, direction[..., :1])[0]
        seed = seed_stream(seed)
        u = standard_uniform(concentration, num_samples, seed)
        one_less_cosine = self._one_less_cosine(concentration, u)
        tangent = tangents(direction, num_samples, seed)
        return turn_to(direction, one_less_cosine, tangent)

    def _one_less_cosine(self, concentration, u):
        """1 - cosine with probability u, in the variable of Wood's envelope.

        There, with z = sigmoid(y) and 1 - cosine = 2 b z / (1 - z + b z), the density is close to
        that of a symmetric beta for every concentration: one grid in y serves all.
        """
        a = 0.5 * (self.dimension - 1)
        b = self._envelope(concentration)

        def log_density(y: Tensor) -> Tensor:
            scaled = self._scaled(y, b)
            beta = a * (ops.log_sigmoid(y) + ops.log_sigmoid(-y))
            return beta - concentration * scaled - 2 * a * _log_denominator(y, b)

        y = quantile(log_density, beta_reach(a), u)
        return self._scaled(y, b)

    def _envelope(self, concentration):
        n = self.dimension - 1
        return n / (2 * concentration + ops.sqrt(4 * ops.square(concentration) + n**2))

    def _scaled(self, y, b):
        return 2 * b * ops.sigmoid(y) / (ops.sigmoid(-y) + b * ops.sigmoid(y))

    def kl_to_uniform(self) -> Tensor:
        """KL to the uniform distribution of the sphere in nats, (...)."""
        x = self.concentration
        terms = bessel_terms(x, self.dimension)
        # The same twice, each where its terms do not cancel.
        flat = x * terms.ratio - terms.log_mean_exp
        peaked = -x * terms.one_less_ratio - terms.log_mean_exp_less_x
        return ops.squeeze(ops.where(x < self.dimension, flat, peaked), -1)

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        return log_area(self.dimension) - self.kl_to_uniform()


def _log_denominator(y, b):
    return ops.log(ops.sigmoid(-y) + b * ops.sigmoid(y))


def _square(x):
    return dot(x, x)
