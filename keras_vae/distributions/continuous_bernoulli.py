"""Continuous Bernoulli (Loaiza-Ganem & Cunningham, 2019), arxiv.org/abs/1907.06845."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor


class ContinuousBernoulli(NamedTuple):
    """Continuous Bernoulli on [0, 1]: the Bernoulli's formula, normalised over grey values.

    p(x) = C(l) sigmoid(l)^x sigmoid(-l)^(1-x), where l are the logits of the paper's lambda. Unlike
    the Bernoulli's, its mean is *not* sigmoid(l).

    Args:
        logits: tensor (..., event), the logits of lambda.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    logits: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.INTERVAL, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean, 1 / (1 - exp(-l)) - 1 / l, (..., event)."""
        # The hyperbolic form of the same, which does not overflow at large negative logits.
        return _series_near_zero(
            self.logits,
            radius=1.0,
            series=lambda t: 0.5 + t * _polynomial(ops.square(t), _MEAN_SERIES),
            exact=lambda t: 0.5 + 0.5 / ops.tanh(0.5 * t) - 1.0 / t,
        )

    @property
    def variance(self) -> Tensor:
        """Variance, 1 / l^2 - 1 / (2 sinh(l / 2))^2, (..., event)."""
        return _series_near_zero(
            self.logits,
            radius=1.0,
            series=lambda t: _polynomial(ops.square(t), _VARIANCE_SERIES),
            exact=lambda t: 1.0 / ops.square(t) - _inverse_square_of_2_sinh_half(t),
        )

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...)."""
        cross_entropy = ops.softplus(self.logits) - x * self.logits
        return sum_event(log_normalizer(self.logits) - cross_entropy, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        return _quantile(standard_uniform(self.logits, num_samples, seed), self.logits)

    @in_float32
    def entropy(self) -> Tensor:
        """Differential entropy in nats, (...)."""
        return -self.log_prob(self.mean)  # log p(x) is linear in x


def log_normalizer(logits: Tensor) -> Tensor:
    """log C of the paper, from logits: log(l / tanh(l / 2)), of the shape of `logits`."""
    return _series_near_zero(
        logits,
        radius=0.5,
        series=lambda t: _polynomial(ops.square(t), _LOG_NORMALIZER_SERIES),
        exact=lambda t: ops.log(t / ops.tanh(0.5 * t)),
    )


def _quantile(u, logits):
    """Inverse of the distribution function, log1p(u expm1(l)) / l."""
    # F^-1(u; l) = 1 - F^-1(1 - u; -l): only exponentials of negative logits are taken.
    positive = logits > 0
    u = ops.where(positive, 1.0 - u, u)
    lower = _series_near_zero(
        ops.where(positive, -logits, logits),
        radius=0.05,
        series=lambda t: _polynomial(t, _quantile_series(u)),
        exact=lambda t: ops.log1p(u * ops.expm1(t)) / t,
    )
    return ops.where(positive, 1.0 - lower, lower)


def _inverse_square_of_2_sinh_half(logits):
    size = ops.abs(logits)
    return ops.exp(-size) / ops.square(ops.expm1(-size))


def _series_near_zero(logits, radius, series, exact):
    """`series` for |logits| < radius and `exact` elsewhere, with finite derivatives of all orders.

    The exact forms are differences of terms like 1/l. Their values last nearly down to zero, their
    derivatives lose all digits much earlier, so the radii are wider than the 1e-3 that is usual.
    """
    near = ops.abs(logits) < radius
    # Each side only sees logits that it can differentiate: a NaN on the side that is not chosen
    # would come through the gradient of `where`.
    return ops.where(
        near, series(ops.where(near, logits, 0.0)), exact(ops.where(near, 1.0, logits))
    )


def _polynomial(x, coefficients):
    """sum_k coefficients[k] x^k."""
    total = coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = coefficient + x * total
    return total


# Taylor series in l^2 of log(l / tanh(l / 2)), of ((mean - 1/2) / l) and of the variance. Within
# their radii the first term left out is below 1e-8 of the whole.
_LOG_NORMALIZER_SERIES = (
    math.log(2.0),
    1 / 12,
    -7 / 1440,
    31 / 90720,
    -127 / 4838400,
    73 / 34214400,
)
_MEAN_SERIES = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160)
_VARIANCE_SERIES = (1 / 12, -1 / 240, 1 / 6048, -1 / 172800, 1 / 5322240)


def _quantile_series(u):
    """Taylor series in l of log(1 - u + u exp(l)) / l: the cumulants of a coin that lands on u."""
    spread = u * (1.0 - u)
    return u, spread / 2, spread * (1.0 - 2.0 * u) / 6, spread * (1.0 - 6.0 * spread) / 24
