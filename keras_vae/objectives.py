"""Objectives: what one pass left behind -> loss terms, injected with `add_loss`."""

import dataclasses
import math
from typing import Any

import keras
from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.distributions import elementwise_kl, has_closed_form, kl_divergence
from keras_vae.parts import Part, check_count, check_non_negative, lookup
from keras_vae.serialization import register

__all__ = ["ELBO", "IWAE", "Objective", "Trace", "get"]


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
    """

    x: Any
    z: Any
    posterior: Any
    prior: Any
    likelihood: Any

    def log_likelihood(self):
        """log p(x|z) in nats, (batch,) or (samples, batch)."""
        return self.likelihood.log_prob(self.x)

    def kl(self):
        """KL(q(z|x) || p(z)) in nats, (batch,); closed where known, else estimated at z."""
        return kl_divergence(self.posterior, self.prior, self.z)

    def log_ratio(self):
        """log q(z|x) - log p(z) in nats, (batch,) or (samples, batch)."""
        return self.posterior.log_prob(self.z) - self.prior.log_prob(self.z)

    def log_weight(self):
        """log p(x, z) - log q(z|x), the importance weights, (batch,) or (samples, batch)."""
        return self.log_likelihood() - self.log_ratio()


class Objective(Part):
    """Base of the objectives: `objective(trace=trace)` injects a loss and its named terms.

    A subclass names its terms in `term_names`, lower is better, and calls `inject` once.
    """

    #: the terms that history shows, in the order of `inject`
    term_names = ()
    #: latents drawn for each example; None for one draw without a samples axis
    num_samples = None

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.built = True

    def call(self, trace):
        raise NotImplementedError

    def inject(self, loss, terms):
        """Hand the loss to Keras, with the terms' values for history.

        Args:
            loss: scalar tensor, what is minimised.
            terms: list of scalar tensors, in the order of `term_names`, reported unweighted.
        """
        # add_loss is the only way from `call` to the trainer that survives JAX' stateless calls
        # and replicas, and Keras minimises the sum of what it was given. So the terms go first,
        # as bare values, and then the loss less their sum: the total and its gradient are the
        # loss', and the terms can be read back one by one.
        terms = [ops.stop_gradient(term) for term in terms]
        for term in terms:
            self.add_loss(term)
        self.add_loss(loss - sum(terms))
        return loss


@register
class ELBO(Objective):
    """Evidence lower bound, as a loss: reconstruction + beta * KL.

    `reconstruction` is -log p(x|z) at one draw of z and `kl` is KL(q(z|x) || p(z)), both sums over
    the event and means over the batch, in nats. The KL is analytic where the pair of distributions
    has a closed form, else a Monte Carlo estimate at the same draw.

    Args:
        beta: float >= 0, weight of the KL; kept in the variable `kl_weight`, which callbacks such
            as `keras_vae.training.LinearKLWarmup` move. Defaults to `1.0`, the ELBO itself.
        free_bits: float >= 0, least KL in *nats* that is penalised in each latent element, on
            the batch mean; elements below it are not pressed further. Defaults to `0.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `beta` or `free_bits` is negative, or if free bits are asked for where the
            KL has no closed form and so is not known for each latent element.

    References:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl), beta
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934), free bits
    """

    term_names = ("reconstruction", "kl")

    def __init__(self, beta=1.0, free_bits=0.0, **kwargs):
        check_non_negative("objectives.ELBO", beta=beta, free_bits=free_bits)
        super().__init__(**kwargs)
        self.beta = beta
        self.free_bits = free_bits
        self.kl_weight = self.add_weight(
            name="kl_weight",
            shape=(),
            initializer=keras.initializers.Constant(beta),
            trainable=False,
            autocast=False,
        )

    def call(self, trace):
        reconstruction = mean_over_batch(-trace.log_likelihood())
        kl = mean_over_batch(trace.kl())
        rate = self._free_bits_rate(trace) if self.free_bits else kl
        return self.inject(reconstruction + self.kl_weight * rate, [reconstruction, kl])

    def _free_bits_rate(self, trace):
        """Sum over latent elements of max(free_bits, mean KL of the element over the batch)."""
        if not has_closed_form(trace.posterior, trace.prior):
            raise ValueError(
                "objectives.ELBO needs a KL in closed form for free_bits > 0, to know it for each "
                f"latent element. Received: free_bits={self.free_bits} with "
                f"KL({type(trace.posterior).__name__} || {type(trace.prior).__name__})"
            )
        rates = mean_over_batch(elementwise_kl(trace.posterior, trace.prior))
        return ops.sum(ops.maximum(rates, self.free_bits))


@register
class IWAE(Objective):
    """Importance weighted bound, as a loss: -log (1/k) sum_k p(x, z_k) / q(z_k|x).

    All k latents of an example are decoded in one go. `reconstruction` and `kl` are the means over
    the draws; the `loss` lies below their sum, the tighter the more draws.

    Args:
        num_samples: int, k. Defaults to `5`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_samples` is no integer >= 1.

    Reference:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
    """

    term_names = ("reconstruction", "kl")

    def __init__(self, num_samples=5, **kwargs):
        check_count("objectives.IWAE", num_samples=num_samples)
        super().__init__(**kwargs)
        self.num_samples = num_samples

    def call(self, trace):
        log_likelihood, log_ratio = trace.log_likelihood(), trace.log_ratio()  # (samples, batch)
        log_weight = log_likelihood - log_ratio
        bound = ops.logsumexp(log_weight, axis=0) - math.log(self.num_samples)
        terms = [mean_over_batch(ops.mean(t, axis=0)) for t in (-log_likelihood, log_ratio)]
        return self.inject(mean_over_batch(-bound), terms)


def get(identifier):
    """An objective from its name (`"elbo"`, `"iwae"`) or an instance."""
    return lookup(identifier, [ELBO, IWAE], "objective", Objective)
