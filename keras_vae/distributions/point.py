"""A distribution at one point: what a deterministic encoder gives."""

from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Density, Space, Traits
from keras_vae.distributions.events import draw_shape
from keras_vae.typing import Seed, Tensor


class Point(NamedTuple):
    """All probability at one point. It has no density, and so no KL and no log-likelihood.

    Args:
        mean: tensor (..., event), the point.
        event_ndim: int, the number of trailing axes that make one event. Defaults to `1`.
    """

    mean: Any
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.REAL, density=Density.NONE)

    @property
    def variance(self) -> Tensor:
        """Zero, (..., event)."""
        return ops.zeros_like(self.mean)

    def log_prob(self, x: Tensor) -> Tensor:
        """There is none.

        Raises:
            ValueError: always.
        """
        raise ValueError(
            "A point has no density, so a deterministic posterior has no KL, no bound and no "
            "log-likelihood: use a posterior with noise, such as posteriors.Normal, or an "
            "objective without KL, such as objectives.Reconstruction or objectives.WAE. "
            "Received: posteriors.Deterministic"
        )

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """The point, (..., event), or (num_samples, ..., event)."""
        if num_samples is None:
            return self.mean
        return ops.broadcast_to(self.mean, draw_shape(self.mean, num_samples))
