"""Mixture of normals of one variance around many centres (Parzen, 1962)."""

import math
from typing import Any, NamedTuple

from keras import ops

from keras_vae import backend
from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor

#: added to the log-weight of a centre that is left out
_LEFT_OUT = -1e30


class NormalKernels(NamedTuple):
    r"""Equal normals around centres, of one variance in all directions.

    $$
    p(x) = \sum_k \pi_k\, N(x; \mu_k, \sigma^2 I)
    $$

    Its log-density is a product of matrices, which takes no array of (batch, centers, event), as a
    `Mixture` does: there can be thousands of centres.

    Args:
        centers: tensor (centers, event).
        log_var: scalar tensor, log sigma^2.
        log_weights: tensor (centers,), logits of the weights. Defaults to `None`, equal weights.
        leave_one_out: bool, whether `log_prob` takes x of (..., centers, event), and leaves each
            its own centre out: that of its place. Defaults to `False`.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    centers: Any
    log_var: Any
    log_weights: Any = None
    leave_one_out: bool = False
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.REAL)

    @property
    def mean(self) -> Tensor:
        """The weighted mean of the centres, (event)."""
        return self._average(self.centers)

    @property
    def variance(self) -> Tensor:
        """The variance of each element, (event): of the normals, and of the centres."""
        away = self.centers - self.mean
        return ops.exp(self.log_var) + self._average(ops.square(away))

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...).

        With `leave_one_out`, (..., centers, event) -> (..., centers).
        """
        centers, x, shape = self._flat(x)
        # Around the centres' mean: far from the origin the terms below would cancel.
        middle = ops.mean(centers, axis=0)
        centers, x = centers - middle, x - middle
        products = ops.matmul(x, ops.transpose(centers))
        squares = ops.sum(ops.square(x), -1, keepdims=True) + ops.sum(ops.square(centers), -1)
        distances = ops.maximum(squares - 2 * products, 0.0)
        size = centers.shape[-1]
        each = -0.5 * (distances * ops.exp(-self.log_var) + size * self.log_var)
        each = each + self._log_shares(ops.shape(centers)[0]) - 0.5 * size * math.log(2 * math.pi)
        if self.leave_one_out:
            each = self._without_own(ops.reshape(each, (*shape, -1)))
        return ops.reshape(ops.logsumexp(each, axis=-1), shape)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """A draw of a centre, and of the normal around it, (event), or (num_samples, event)."""
        seed = seed_stream(seed)
        index = Categorical(self._log_shares(ops.shape(self.centers)[0]), event_ndim=0)
        chosen = ops.take(self.centers, ops.cast(index.sample(num_samples, seed), "int32"), axis=0)
        noise = backend.normal(ops.shape(chosen), dtype=chosen.dtype, seed=seed)
        return chosen + ops.exp(0.5 * self.log_var) * noise

    def _flat(self, x):
        """Centres (centers, elements), x (n, elements), and the shape of x without its event."""
        elements = math.prod(self.centers.shape[1:])
        shape = ops.shape(x)[: len(x.shape) - self.event_ndim]
        centers = ops.reshape(self.centers, (-1, elements))
        return centers, ops.reshape(x, (-1, elements)), shape

    def _log_shares(self, count):
        if self.log_weights is None:
            return ops.zeros((count,)) - ops.log(ops.cast(count, "float32"))
        return ops.log_softmax(self.log_weights, axis=-1)

    def _without_own(self, each):
        """Of (..., centers, centers): the own one is left out, and the others weigh more."""
        own = ops.eye(ops.shape(each)[-1], dtype=each.dtype)
        shares = ops.exp(self._log_shares(ops.shape(each)[-1]))
        rest = 1.0 - shares
        # A single centre has no others: it stays.
        alone = rest <= 0
        each = ops.where(ops.logical_and(own > 0, ops.logical_not(alone)), _LEFT_OUT, each)
        return each - ops.expand_dims(ops.log(ops.where(alone, 1.0, rest)), -1)

    def _average(self, values):
        """Weighted mean over the centres of values (centers, event)."""
        shares = ops.exp(self._log_shares(ops.shape(values)[0]))
        return ops.sum(ops.reshape(shares, (-1, *[1] * self.event_ndim)) * values, axis=0)
