"""What one pass through a model left behind, for the objective."""

import dataclasses
import functools
from typing import Any

from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.distributions import Density, kl_divergence, log_ratio
from keras_vae.distributions.kl import is_log_ratio
from keras_vae.inputs import WEIGHT


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
        fields: dict of the tensors beside x, (batch, ...) each, such as `"condition"`. Defaults to
            an empty one.
        training: bool, whether the pass is one of training. Defaults to `False`.
        decode_again: function of z that gives p(x|z) as `likelihood` was made, with the same noise
            in the decoder, and leaves no losses or statistics behind. For objectives with
            `decodes_again`; `None` for others.
    """

    x: Any
    z: Any
    posterior: Any
    prior: Any
    likelihood: Any
    log_q: Any = None
    fields: dict[str, Any] = dataclasses.field(default_factory=dict)
    training: bool = False
    decode_again: Any = None

    @property
    def condition(self) -> Any:
        """The condition, (batch, condition); None of unconditional models."""
        return self.fields.get("condition")

    def log_likelihood(self) -> Any:
        """log p(x|z) in nats, (batch,) or (samples, batch)."""
        return self._log_likelihood

    def log_posterior(self) -> Any:
        """log q(z|x) in nats, (batch,) or (samples, batch)."""
        return self.posterior.log_prob(self.z) if self.log_q is None else self.log_q

    def kl(self) -> Any:
        """KL(q(z|x) || p(z)) in nats: (batch,) in closed form where known, else at each draw."""
        return self._kl

    def log_ratio(self) -> Any:
        """log q(z|x) - log p(z) in nats, (batch,) or (samples, batch)."""
        return self._log_ratio

    def log_weight(self) -> Any:
        """log p(x, z) - log q(z|x), the importance weights, (batch,) or (samples, batch)."""
        return self.log_likelihood() - self.log_ratio()

    def mean(self, values: Any) -> Any:
        """Mean over the batch, (batch, ...) -> (...), each example times its `sample_weight`.

        As in Keras the sum is divided by the number of examples, not by the sum of the weights, so
        that batches count alike whatever weights they hold.
        """
        return weighted_mean(values, self.fields.get(WEIGHT))

    def elbo(self) -> Any:
        """E log p(x|z) - KL(q(z|x) || p(z)) in nats, the mean over the draws, (batch,)."""
        bound = self.log_likelihood() - self.kl()
        return ops.mean(bound, axis=0) if len(bound.shape) > 1 else bound

    # Kept, because the objective and the metric of the ELBO ask for the same.

    @functools.cached_property
    def _log_likelihood(self):
        return self.likelihood.log_prob(self.x)

    @functools.cached_property
    def _log_ratio(self):
        return log_ratio(self.posterior, self.prior, self.z, self.log_q)

    @functools.cached_property
    def _kl(self):
        if is_log_ratio(self.posterior, self.prior):
            return self._log_ratio
        return kl_divergence(self.posterior, self.prior, self.z, self.log_q)


def weighted_mean(values: Any, sample_weight: Any = None) -> Any:
    """Mean over the first axis of values (batch, ...) times weights (batch,), if there are any."""
    if sample_weight is not None:
        axes = [1] * (len(values.shape) - 1)
        values = values * ops.reshape(sample_weight, (-1, *axes))
    return mean_over_batch(values)


def has_bound(context: Context) -> bool:
    """Whether a model has an evidence lower bound: all three distributions are densities."""
    density = context.example_posterior().traits.density
    others = context.likelihood.is_density and context.prior.has_density
    return others and density is not Density.NONE
