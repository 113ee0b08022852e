"""Binary concrete distribution (Maddison et al., 2016), arxiv.org/abs/1611.00712."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bernoulli import Bernoulli
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import standard_uniform, sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.typing import Seed, Tensor

#: least distance from 0 and 1 of a draw whose logarithm is taken
_EDGE = 2.0**-24


class RelaxedBernoulli(NamedTuple):
    """Continuous relaxation of `Bernoulli`: draws lie in (0, 1).

    Towards temperature 0 they become 0 or 1, draws of the Bernoulli with the same logits.

    Args:
        logits: tensor (..., event), the log-odds of 1.
        temperature: scalar tensor or float > 0.
        straight_through: bool, whether draws are 0 or 1, with the gradient of the relaxed draw.
            Defaults to `False`.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.

    References:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
    """

    logits: Any
    temperature: Any
    straight_through: bool = False
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        """Draws lie in (0, 1), or are 0 and 1 with `straight_through`."""
        space = Space.DISCRETE if self.straight_through else Space.INTERVAL
        return Traits(space, element_ndim=0, has_variance=False, relaxes=Bernoulli)

    @property
    def mean(self) -> Tensor:
        """The Bernoulli's probabilities, (..., event).

        They are the mean of straight-through draws; that of relaxed ones has no closed form.
        """
        return ops.sigmoid(self.logits)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density on (0, 1) in nats, (..., event) -> (...).

        With `straight_through` the log-probability of 0 and 1, which draws then are.
        """
        if self.straight_through:
            one, zero = ops.log_sigmoid(self.logits), ops.log_sigmoid(-self.logits)
            return sum_event(x * one + (1 - x) * zero, self.event_ndim)
        x = ops.clip(x, _EDGE, 1 - _EDGE)
        log_odds = ops.log(x) - ops.log1p(-x)
        y = self.temperature * log_odds - self.logits
        log_slope = ops.log(self.temperature) - ops.log(x) - ops.log1p(-x)
        return sum_event(log_slope + ops.log_sigmoid(y) + ops.log_sigmoid(-y), self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        uniform = standard_uniform(self.logits, num_samples, seed)
        noisy = self.logits + ops.log(uniform) - ops.log1p(-uniform)
        relaxed = ops.sigmoid(noisy / self.temperature)
        if not self.straight_through:
            return relaxed
        return ops.stop_gradient(ops.cast(noisy > 0, relaxed.dtype) - relaxed) + relaxed
