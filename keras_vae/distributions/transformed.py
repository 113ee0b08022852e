"""Distribution of what a flow makes of another distribution's draws."""

from typing import Any, NamedTuple

from keras_vae.distributions.distribution import Density, Traits
from keras_vae.distributions.events import draw_and_score
from keras_vae.typing import Seed, Tensor


class Transformed(NamedTuple):
    r"""Distribution of flow(z), for z of a base distribution.

    $$
    \log p(f(z)) = \log p(z) - \log \left| \det \partial f / \partial z \right|
    $$

    Args:
        base: distribution.
        flow: step of `keras_vae.flows`, with `forward` and `has_inverse`, and `inverse` where it
            is known. It takes the base's space to itself.
    """

    base: Any
    flow: Any

    @property
    def traits(self) -> Traits:
        """Those of the base, of its own draws only where the flow's inverse is unknown."""
        own = self.base.traits
        density = own.density if self.flow.has_inverse else Density.OWN_DRAWS
        return Traits(own.space, density=density, scores_draws=True, has_variance=False)

    @property
    def event_ndim(self) -> int:
        """The number of trailing axes that make one event, the base's."""
        return self.base.event_ndim

    @property
    def mean(self) -> Tensor:
        """The flow of the base's mean, (..., event): a typical point, and not the expectation."""
        return self.flow.forward(self.base.mean)[0]

    def log_prob(self, x: Tensor) -> Tensor:
        """Log-density of `x` in nats, (..., event) -> (...).

        Raises:
            ValueError: if the flow's inverse has no closed form.
        """
        z, log_det = self.flow.inverse(x)
        return self.base.log_prob(z) + log_det

    def sample(self, num_samples: int | None = None, seed: Seed = None) -> Tensor:
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        return self.flow.forward(self.base.sample(num_samples, seed=seed))[0]

    def sample_and_log_prob(
        self, num_samples: int | None = None, seed: Seed = None
    ) -> tuple[Tensor, Tensor]:
        """A draw, (..., event) or (num_samples, ..., event), and its log-density in nats."""
        z, log_prob = draw_and_score(self.base, num_samples, seed)
        x, log_det = self.flow.forward(z)
        return x, log_prob - log_det
