"""Distribution of what a flow makes of another distribution's draws."""

from typing import Any, NamedTuple

from keras_vae.distributions.events import draw


class Transformed(NamedTuple):
    r"""Distribution of flow(z), for z of a base distribution.

    $$
    \log p(f(z)) = \log p(z) - \log \left| \det \partial f / \partial z \right|
    $$

    Args:
        base: distribution.
        flow: step of `keras_vae.flows`, with `forward`, and `inverse` where it is known.
    """

    base: Any
    flow: Any

    @property
    def event_ndim(self):
        """The number of trailing axes that make one event, the base's."""
        return self.base.event_ndim

    @property
    def mean(self):
        """The flow of the base's mean, (..., event): a typical point, and not the expectation."""
        return self.flow.forward(self.base.mean)[0]

    def log_prob(self, x):
        """Log-density of `x` in nats, (..., event) -> (...).

        Raises:
            ValueError: if the flow's inverse has no closed form.
        """
        z, log_det = self.flow.inverse(x)
        return self.base.log_prob(z) + log_det

    def sample(self, num_samples=None, seed=None):
        """Reparameterised draw, (..., event), or (num_samples, ..., event)."""
        return self.flow.forward(self.base.sample(num_samples, seed=seed))[0]

    def sample_and_log_prob(self, num_samples=None, seed=None):
        """A draw, (..., event) or (num_samples, ..., event), and its log-density in nats."""
        z, log_prob = draw(self.base, num_samples, seed)
        if log_prob is None:
            log_prob = self.base.log_prob(z)
        x, log_det = self.flow.forward(z)
        return x, log_prob - log_det
