"""What one pass through a model left behind, for the objective."""

import dataclasses
from typing import Any

from keras_vae.distributions import kl_divergence


# Not a named tuple: Keras takes no nest of tensors and other things as a layer's argument.
@dataclasses.dataclass(frozen=True)
class Trace:
    """What one pass through a model left behind.

    Args:
        x: data, (batch, event), float32.
        z: draw of the posterior, (batch, latent), or (samples, batch, latent).
        posterior: distribution q(z|x).
        prior: distribution p(z).
        likelihood: distribution p(x|z).
        log_q: log q(z|x) at the draw in nats, (batch,) or (samples, batch), from posteriors that
            know it of their own draws only, such as flows. Defaults to `None`: the posterior's
            `log_prob`.
        condition: tensor (batch, condition) of conditional models. Defaults to `None`.
        training: bool, whether the pass is one of training. Defaults to `False`.
    """

    x: Any
    z: Any
    posterior: Any
    prior: Any
    likelihood: Any
    log_q: Any = None
    condition: Any = None
    training: bool = False

    def log_likelihood(self):
        """log p(x|z) in nats, (batch,) or (samples, batch)."""
        return self.likelihood.log_prob(self.x)

    def log_posterior(self):
        """log q(z|x) in nats, (batch,) or (samples, batch)."""
        return self.posterior.log_prob(self.z) if self.log_q is None else self.log_q

    def kl(self):
        """KL(q(z|x) || p(z)) in nats: (batch,) in closed form where known, else at each draw."""
        return kl_divergence(self.posterior, self.prior, self.z, self.log_q)

    def log_ratio(self):
        """log q(z|x) - log p(z) in nats, (batch,) or (samples, batch)."""
        return self.log_posterior() - self.prior.log_prob(self.z)

    def log_weight(self):
        """log p(x, z) - log q(z|x), the importance weights, (batch,) or (samples, batch)."""
        return self.log_likelihood() - self.log_ratio()
