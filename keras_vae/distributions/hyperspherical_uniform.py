"""Uniform distribution on the unit sphere."""

from typing import NamedTuple

from keras import ops

from keras_vae.distributions.distribution import Distribution, Space, Traits
from keras_vae.distributions.events import standard_normal
from keras_vae.distributions.sphere import log_area, unit
from keras_vae.typing import Seed, Tensor


class HypersphericalUniform(NamedTuple):
    """Uniform distribution on the unit sphere S^(dimension - 1).

    Densities are with respect to the sphere's area, so the density is 1 / area everywhere.

    Args:
        dimension: int >= 2, of the space around the sphere: the length of an event.
        event_ndim: int, always 1. Defaults to `1`.
    """

    dimension: int
    event_ndim: int = 1

    @property
    def traits(self) -> Traits:
        return Traits(Space.SPHERE)

    @property
    def mean(self) -> Tensor:
        """Mean in the space around the sphere, (dimension,): its centre."""
        return ops.zeros((self.dimension,), dtype="float32")

    @property
    def variance(self) -> Tensor:
        """Variance of each number, (dimension,)."""
        return ops.full((self.dimension,), 1 / self.dimension, dtype="float32")

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of unit vectors in nats, (..., dimension) -> (...)."""
        return ops.full_like(x[..., 0], -log_area(self.dimension))

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Draw, (dimension,), or (num_samples, dimension)."""
        return unit(standard_normal(self.mean, num_samples, seed))

    def entropy(self) -> Tensor:
        """Differential entropy in nats, ()."""
        return ops.convert_to_tensor(log_area(self.dimension), dtype="float32")


def check_same_sphere(q: Distribution, p: Distribution) -> None:
    """Raise a ValueError unless both distributions are on one sphere."""
    if q.dimension != p.dimension:
        raise ValueError(
            f"KL({type(q).__name__} || {type(p).__name__}) needs both on one sphere. "
            f"Received: q.dimension={q.dimension}, p.dimension={p.dimension}"
        )
