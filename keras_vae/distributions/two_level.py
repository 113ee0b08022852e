"""Distribution of two levels of latents, one given the other."""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

from keras_vae.distributions.distribution import (
    Distribution,
    Space,
    Traits,
    product_space,
    weakest_density,
)
from keras_vae.distributions.events import draw_and_score
from keras_vae.distributions.seeds import seed_stream
from keras_vae.typing import Seed, Tensor


class TwoLevel(NamedTuple):
    """Distribution of z = [z2, z1], the top level and the bottom one, side by side in a vector.

    One level is drawn first, and the other given it: p(z2) p(z1|z2) top-down, or p(z1) p(z2|z1)
    bottom-up. Either way z2 stands in front.

    Args:
        first: distribution of the level that is drawn first, over vectors.
        second: function of a draw of it, (..., first level), that gives the distribution of the
            other level, with parameters (..., second level).
        top_size: int, the length of z2.
        top_down: bool, whether z2 is the level that is drawn first. Defaults to `True`.
        event_ndim: int, always 1. Defaults to `1`.
        second_traits: `Traits` of what `second` gives. Defaults to those of a normal.
    """

    first: Any
    second: Callable
    top_size: int
    top_down: bool = True
    event_ndim: int = 1
    second_traits: Traits = Traits(Space.REAL, element_ndim=0)

    @property
    def traits(self) -> Traits:
        """Those of the levels together; elements depend on each other across them."""
        levels = (self.first.traits, self.second_traits)
        top, bottom = levels if self.top_down else levels[::-1]
        sizes = (self.top_size, self.mean.shape[-1] - self.top_size)
        return Traits(
            product_space((top.space, bottom.space), sizes),
            density=weakest_density(top, bottom),
            scores_draws=True,
            has_variance=False,
        )

    def split(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """z2 and z1 of z, (..., top + bottom) -> (..., top) and (..., bottom)."""
        return z[..., : self.top_size], z[..., self.top_size :]

    def levels(self, z: Tensor) -> tuple[Distribution, Distribution]:
        """The distributions of z2 and of z1, one of them given the other level of z."""
        top, bottom = self.split(z)
        if self.top_down:
            return self.first, self.second(top)
        return self.second(bottom), self.first

    def first_levels(self, num_levels: int, prior: "TwoLevel") -> "TwoLevel":
        """The distribution whose first levels alone see the data; the others follow the prior.

        Args:
            num_levels: int >= 0.
            prior: `TwoLevel` from the top down.

        Raises:
            ValueError: if the top level, by itself, does not see the data.
        """
        if num_levels == 0 or num_levels > 1:
            return prior if num_levels == 0 else self
        if not self.top_down:
            raise ValueError(
                "The top level of a posterior from the bottom up does not see the data by itself. "
                f"Received: num_levels={num_levels}"
            )
        return self._replace(second=prior.second, second_traits=prior.second_traits)

    @property
    def mean(self) -> Tensor:
        """The first level's mean and the second's there, (..., top + bottom): a typical point.

        It is the expectation only where the second level's mean is linear in the first level.
        """
        first = self.first.mean
        return self._join(first, self.second(first).mean)

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., top + bottom) -> (...)."""
        top, bottom = self.levels(x)
        z2, z1 = self.split(x)
        return top.log_prob(z2) + bottom.log_prob(z1)

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., top + bottom), or (num_samples, ..., top + bottom)."""
        seed = seed_stream(seed)
        first = self.first.sample(num_samples, seed=seed)
        return self._join(first, self.second(first).sample(seed=seed))

    def sample_and_log_prob(
        self, num_samples: int | None = None, seed: Seed = None
    ) -> tuple[Tensor, Tensor]:
        """A draw and its log-density in nats; `second` is asked once for both."""
        seed = seed_stream(seed)
        first, log_prob = draw_and_score(self.first, num_samples, seed)
        second, log_given = draw_and_score(self.second(first), seed=seed)
        return self._join(first, second), log_prob + log_given

    def _join(self, first, second):
        return ops.concatenate([first, second] if self.top_down else [second, first], axis=-1)
