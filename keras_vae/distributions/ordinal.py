"""Ordinal distribution: cumulative logits (McCullagh, 1980)."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.categorical import Categorical
from keras_vae.distributions.distribution import Space, Traits
from keras_vae.typing import Seed, Tensor


class Ordinal(NamedTuple):
    r"""Distribution over the levels 0, 1, ..., K - 1, which have an order but no distances.

    $$
    P(x \le k) = \mathrm{sigmoid}(\tau_k - \eta)
    $$

    A logistic variable around the location eta, of which only the interval between two thresholds
    is seen. In a `Mixture` take its `levels`.

    Args:
        location: tensor (..., event), eta: the larger, the higher the level.
        thresholds: tensor (..., event, K - 1) of increasing numbers tau, which may lack the batch.
        event_ndim: int, the number of trailing axes that make one event, without that of the
            thresholds. Defaults to `1`.

    Example:

    >>> thresholds = keras.ops.array([[-1.0, 1.0]])
    >>> p = keras_vae.distributions.Ordinal(keras.ops.zeros((1,)), thresholds)
    >>> round(float(p.log_prob(keras.ops.array([1.0]))), 4)  # log(2 sigmoid(1) - 1)
    -0.7719

    Reference:
        - [McCullagh, 1980](https://doi.org/10.1111/j.2517-6161.1980.tb01109.x)
    """

    location: Any
    thresholds: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.DISCRETE, element_ndim=0)

    @property
    def log_probs(self) -> Tensor:
        """Log-probability of each level in nats, (..., event, K)."""
        edges = self.thresholds - ops.expand_dims(self.location, -1)
        below, above = ops.log_sigmoid(edges), ops.log_sigmoid(-edges)
        # log(sigmoid(a) - sigmoid(b)) = log sigmoid(a) + log sigmoid(-b) + log(1 - exp(b - a)).
        gaps = edges[..., 1:] - edges[..., :-1]
        inner = below[..., 1:] + above[..., :-1] + ops.log(-ops.expm1(-gaps))
        return ops.concatenate([below[..., :1], inner, above[..., -1:]], axis=-1)

    @property
    def levels(self) -> Categorical:
        """The same as a `Categorical` over 0, 1, ..., K - 1."""
        return Categorical(self.log_probs, self.event_ndim)

    @property
    def mean(self) -> Tensor:
        """Mean of the level, (..., event)."""
        return self.levels.mean

    @property
    def variance(self) -> Tensor:
        """Variance of the level, (..., event)."""
        return self.levels.variance

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-probability of levels in nats, (..., event) -> (...).

        Values between levels count as the nearest one.
        """
        return self.levels.log_prob(x)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw of levels, (..., event), or (num_samples, ..., event); no gradient."""
        return self.levels.sample(num_samples, seed)

    def entropy(self) -> Tensor:
        """Entropy in nats, (...)."""
        return self.levels.entropy()
