"""Discretised logistic (Salimans et al., 2017, PixelCNN++), arxiv.org/abs/1701.05517."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event, together
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.logistic import Logistic
from keras_vae.typing import Seed, Tensor


class DiscretizedLogistic(NamedTuple):
    """Logistic distribution binned on the grid k / (num_levels - 1), k = 0 ... num_levels - 1.

    Each value has the logistic's mass within half a step of it; the first and the last also have
    what lies beyond. The paper's grid is [-1, 1], this one [0, 1]; its mixture is a `Mixture` of
    these.

    Args:
        location: tensor (..., event), the mean of the logistic before binning, in the units of x.
            It may lie outside [0, 1], where `mean` may not.
        log_scale: tensor (..., event), the logarithm of the logistic's scale, in the units of x.
        num_levels: int, 2 or more. Defaults to `256`.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    location: Any
    log_scale: Any
    num_levels: int = 256
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @property
    def mean(self) -> Tensor:
        """Mean of the logistic clamped to [0, 1], (..., event).

        It misses the mean over the grid by half a step at most, and by a hundredth of one where the
        scale reaches a step. The exact mean would take `num_levels` numbers an element.
        """
        # The integral of P(X > x) over [0, 1]; the mean over the grid is its midpoint rule.
        scale = ops.exp(self.log_scale)
        beyond_0 = ops.softplus(self.location / scale)
        beyond_1 = ops.softplus((self.location - 1.0) / scale)
        return scale * (beyond_0 - beyond_1)

    @property
    def variance(self) -> Tensor:
        """Variance over the grid, (..., event); takes `num_levels` numbers an element."""
        levels = ops.arange(self.num_levels, dtype=self.location.dtype)
        location, log_scale = together(self.location, self.log_scale)
        log_probs = _log_mass(levels, location[..., None], log_scale[..., None], self.num_levels)
        probs, values = ops.exp(log_probs), levels / (self.num_levels - 1)
        mean = ops.sum(probs * values, axis=-1, keepdims=True)
        return ops.sum(probs * ops.square(values - mean), axis=-1)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of `x` in nats, (..., event) -> (...).

        Values off the grid count as the nearest value on it.
        """
        level = _nearest_level(x, self.num_levels)
        log_mass = _log_mass(level, self.location, self.log_scale, self.num_levels)
        return sum_event(log_mass, self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw from the grid, (..., event), or (num_samples, ..., event); no gradient."""
        x = Logistic(self.location, self.log_scale).sample(num_samples, seed)
        return _nearest_level(x, self.num_levels) / (self.num_levels - 1)


def _nearest_level(x, num_levels):
    return ops.clip(ops.round(x * (num_levels - 1)), 0, num_levels - 1)


def _log_mass(level, location, log_scale, num_levels):
    """Log of the logistic's mass within half a step of a level, elementwise."""
    # In steps rather than in units of x, where the edges of the bins are exact in float32: the
    # upper edge of a level is the lower edge of the next to the last bit, and the sum is one.
    width = ops.exp(-log_scale) / (num_levels - 1)  # of a bin, in scales
    centred = level - location * (num_levels - 1)
    below_upper = ops.log_sigmoid((centred + 0.5) * width)
    above_lower = ops.log_sigmoid((0.5 - centred) * width)
    # log(sigmoid(a) - sigmoid(b)) = log_sigmoid(a) + log_sigmoid(-b) + log(1 - exp(b - a)), where
    # a - b is the width. No difference is taken, so the tails and tiny scales stay exact; the
    # papers' clips and their midpoint approximation are not needed.
    both = ops.log(-ops.expm1(-width))
    first, last = level == 0, level == num_levels - 1
    return (
        ops.where(last, 0.0, below_upper)
        + ops.where(first, 0.0, above_lower)
        + ops.where(ops.logical_or(first, last), 0.0, both)
    )
