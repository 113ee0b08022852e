"""Gumbel-softmax or concrete distribution (Jang et al., 2016), arxiv.org/abs/1611.01144."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.bounds import at_least
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.one_hot_categorical import (
    OneHotCategorical,
    one_hot_max,
    perturbed,
)
from keras_vae.typing import Seed, Tensor

#: least probability in a draw whose logarithm is taken
_TINY = 1e-30


class RelaxedOneHot(NamedTuple):
    """Continuous relaxation of `OneHotCategorical`: draws lie inside the simplex.

    Towards temperature 0 they become one-hot, draws of the categorical with the same logits.

    Args:
        logits: tensor (..., variables, categories), normalised here.
        temperature: scalar tensor or float > 0.
        straight_through: bool, whether draws are one-hot, with the gradient of the relaxed draw.
            Defaults to `False`.
        event_ndim: int, the number of trailing axes that make one event, the categories among them.
            Defaults to `2`.

    References:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
    """

    logits: Any
    temperature: Any
    straight_through: bool = False
    event_ndim: int = 2

    @property
    def traits(self) -> Traits:
        """Draws lie in the simplex, or are one-hot with `straight_through`."""
        space = Space.ONE_HOT if self.straight_through else Space.SIMPLEX
        return Traits(space, element_ndim=1, has_variance=False, relaxes=OneHotCategorical)

    @property
    def mean(self) -> Tensor:
        """The categorical's probabilities, (..., variables, categories).

        They are the mean of straight-through draws; that of relaxed ones has no closed form.
        """
        return ops.softmax(self.logits, axis=-1)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density on the simplex in nats, (..., variables, categories) -> (...).

        With `straight_through` the log-probability of one-hot vectors, which draws then are.
        """
        if self.straight_through:
            return sum_event(x * ops.log_softmax(self.logits, axis=-1), self.event_ndim)
        k = x.shape[-1]
        log_x = ops.log(at_least(x, _TINY))
        each = self.logits - self.temperature * log_x
        log_density = (
            math.lgamma(k)
            + (k - 1) * ops.log(self.temperature)
            + ops.sum(each - log_x, axis=-1)
            - k * ops.logsumexp(each, axis=-1)
        )
        return sum_event(log_density, self.event_ndim - 1)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        noisy = perturbed(self.logits, num_samples, seed)
        relaxed = ops.softmax(noisy / self.temperature, axis=-1)
        if not self.straight_through:
            return relaxed
        return ops.stop_gradient(one_hot_max(noisy) - relaxed) + relaxed
