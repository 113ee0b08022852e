"""Categorical distribution over one-hot vectors."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Space, Traits
from keras_vae.distributions.events import one_hot, standard_uniform, sum_event
from keras_vae.distributions.half_precision import in_float32
from keras_vae.distributions.masked_logits import masked_entropy, one_hot_log_prob
from keras_vae.typing import Seed, Tensor


class OneHotCategorical(NamedTuple):
    """Categorical distribution over one-hot vectors, independent for each variable.

    Args:
        logits: tensor (..., variables, categories), normalised here.
        event_ndim: int, the number of trailing axes that make one event, the categories among them.
            Defaults to `2`.
    """

    logits: Any
    event_ndim: int = 2

    @property
    def traits(self) -> Traits:
        return Traits(Space.ONE_HOT, element_ndim=1)

    @property
    def mean(self) -> Tensor:
        """The probabilities, (..., variables, categories)."""
        return ops.softmax(self.logits, axis=-1)

    @property
    def variance(self) -> Tensor:
        """Variance of each number of the vectors, (..., variables, categories)."""
        return self.mean * (1 - self.mean)

    @in_float32
    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of one-hot vectors in nats, (..., variables, categories) -> (...)."""
        return sum_event(one_hot_log_prob(x, self.logits), self.event_ndim)

    @in_float32
    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of one-hot vectors, (..., event), or (num_samples, ..., event); no gradient."""
        return one_hot_max(perturbed(self.logits, num_samples, seed))

    @in_float32
    def entropy(self) -> Tensor:
        """Entropy in nats, (...)."""
        return sum_event(masked_entropy(self.logits), self.event_ndim - 1)


def perturbed(logits: Tensor, num_samples: int | None, seed: Seed) -> Tensor:
    """Logits with Gumbel noise, whose largest one is a draw of the categorical."""
    uniform = standard_uniform(logits, num_samples, seed)
    return logits - ops.log(-ops.log(uniform))


def one_hot_max(values: Tensor) -> Tensor:
    """One-hot vectors of the largest of each last axis, of the values' dtype."""
    return one_hot(ops.argmax(values, axis=-1), values.shape[-1], values.dtype)
