"""Multinomial distribution over vectors of counts."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import sum_event
from keras_vae.distributions.gamma_functions import HALF_LOG_2_PI, exp_excess, stirling_error
from keras_vae.distributions.random_numbers import UNIFORMS_FOR_COUNT, binomial_draw, uniforms
from keras_vae.typing import Seed, Tensor

#: logits of categories that are not there
_NEVER = -1e30


class Multinomial(NamedTuple):
    r"""Multinomial distribution: how a total number of draws falls on categories.

    $$
    P(x) = \frac{N!}{\prod_k x_k!} \prod_k \pi_k^{x_k} , \quad N = \textstyle\sum_k x_k
    $$

    Log-probabilities are those given the total of the data; only means and draws ask for `total`.
    A vector of zeros has probability one.

    Args:
        logits: tensor (..., categories), normalised here.
        total: tensor (...), or a number, the total of means and draws. Defaults to `None`: means
            are the probabilities, and there are no draws.
        event_ndim: int, the number of trailing axes that make one event, the categories among
            them; categories of one event share one total. Defaults to `1`.

    Example:

    >>> p = keras_vae.distributions.Multinomial(keras.ops.zeros((3,)), total=6)
    >>> round(float(p.log_prob(keras.ops.array([2.0, 2.0, 2.0]))), 4)
    -2.0919
    """

    logits: Any
    total: Any = None
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE)

    @property
    def _log_probs(self):
        """Log-probabilities, flat, (..., categories)."""
        shape = tuple(ops.shape(self.logits))
        leading = shape[: len(shape) - self.event_ndim]
        size = math.prod(self.logits.shape[len(shape) - self.event_ndim :])
        return ops.log_softmax(ops.reshape(self.logits, (*leading, size)), axis=-1)

    def _shaped(self, flat):
        """(..., categories) as (..., event)."""
        event = tuple(self.logits.shape)[len(self.logits.shape) - self.event_ndim :]
        return ops.reshape(flat, (*tuple(ops.shape(flat))[:-1], *event))

    def _total(self):
        """The total with axes for the event behind it, or 1."""
        if self.total is None:
            return 1.0
        total = ops.convert_to_tensor(self.total, dtype=self.logits.dtype)
        return ops.reshape(total, (*ops.shape(total), *[1] * self.event_ndim))

    @property
    def mean(self) -> Tensor:
        """Mean counts, (..., event); the probabilities where there is no total."""
        return self._total() * self._shaped(ops.exp(self._log_probs))

    @property
    def variance(self) -> Tensor:
        """Variance of each count, (..., event)."""
        probs = self._shaped(ops.exp(self._log_probs))
        return self._total() * probs * (1.0 - probs)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of counts, given their total, in nats, (..., event) -> (...)."""
        log_probs = self._shaped(self._log_probs)
        axes = tuple(range(-self.event_ndim, 0))
        total = ops.sum(x, axis=axes, keepdims=True)
        whole, count = ops.where(total > 0, total, 1.0), ops.where(x > 0, x, 1.0)
        # N pi - x sums to zero over the categories, and takes the large terms with it.
        log_mean = ops.log(whole) + log_probs
        some = count * exp_excess(log_mean - ops.log(count))
        some = some + 0.5 * ops.log(count) + HALF_LOG_2_PI + stirling_error(count)
        each = -ops.where(x > 0, some, ops.exp(log_mean))
        every = 0.5 * ops.log(whole) + HALF_LOG_2_PI + stirling_error(whole)
        log_prob = sum_event(each, self.event_ndim) + ops.squeeze(every, axes)
        return ops.where(ops.squeeze(total, axes) > 0, log_prob, 0.0)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of counts, (..., event), or (num_samples, ..., event); no gradient.

        The total is halved again and again by binomials: as many of them as there are categories,
        in as many steps as the logarithm of that.

        Raises:
            ValueError: if there is no total.
        """
        if self.total is None:
            raise ValueError(
                "Multinomial needs a total for draws: Multinomial(logits, total=...). "
                "Received: total=None"
            )
        log_probs = self._log_probs
        size = log_probs.shape[-1]
        depth = max(size - 1, 0).bit_length()
        pad = [(0, 0)] * (len(log_probs.shape) - 1) + [(0, 2**depth - size)]
        levels = [ops.pad(log_probs, pad, constant_values=_NEVER)]
        for _ in range(depth):
            left, right = levels[-1][..., ::2], levels[-1][..., 1::2]
            levels.append(ops.logaddexp(left, right))
        counts = self._whole(levels[-1], num_samples)
        u = uniforms(levels[0], UNIFORMS_FOR_COUNT, num_samples, seed)
        start = 0
        for level in levels[-2::-1] if depth else []:
            left, right = level[..., ::2], level[..., 1::2]
            pieces = [each[..., start : start + left.shape[-1]] for each in u]
            start += left.shape[-1]
            of_left = binomial_draw(pieces, counts, left - right)
            both = ops.stack([of_left, counts - of_left], axis=-1)
            counts = ops.reshape(both, (*tuple(ops.shape(both))[:-2], 2 * left.shape[-1]))
        return self._shaped(counts[..., :size])

    def _whole(self, root, num_samples):
        """The total as the one count at the root, (..., 1) or (num_samples, ..., 1)."""
        total = ops.convert_to_tensor(self.total, dtype=root.dtype)
        total = ops.expand_dims(total, -1) + ops.zeros_like(root)
        if num_samples is None:
            return total
        return ops.broadcast_to(total, (num_samples, *ops.shape(total)))
