"""The bound of VaDE with a cluster beside z (Jiang et al., 2017), arxiv.org/abs/1611.05148."""

from typing import Any

import keras
from keras import ops

from keras_vae.checks import check_non_negative
from keras_vae.context import Context
from keras_vae.distributions import Mixture, kl_divergence
from keras_vae.distributions.kl import has_closed_form
from keras_vae.objectives.objective import Objective
from keras_vae.objectives.trace import Trace
from keras_vae.serialization import register
from keras_vae.typing import Tensor


@register
class MixtureELBO(Objective):
    r"""Evidence lower bound with a component c of the prior as a second latent, as a loss.

    $$
    -\mathbb{E}_{q(z|x)} \log p(x|z) + \sum_c \gamma_c\, \mathrm{KL}(q(z|x) \,\|\, p(z|c))
    + \mathrm{KL}(\gamma \,\|\, \pi), \qquad \gamma_c = p(c|z)
    $$

    With the paper, q(z, c|x) = q(z|x) q(c|x), and q(c|x) is p(c|z) at the drawn latent. `kl` is the
    second term, which has closed forms, and `class_kl` the third, means over the batch in nats.
    `objectives.ELBO` with the same prior lets c depend on z. That bound is tighter, by the mean of
    KL(q(c|x) || p(c|z)); its gradients and clusters are others.

    Args:
        beta: float >= 0, weight of `kl` and `class_kl`; kept in the variable `kl_weight`, which
            callbacks such as `keras_vae.callbacks.LinearKLWarmup` move. Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `beta` is negative; when the model is made, if the prior is not a mixture
            whose components have a KL in closed form from the posterior.

    Reference:
        - [Jiang et al., 2017](https://arxiv.org/abs/1611.05148), equations 9 to 16

    Example:

    >>> objective = keras_vae.objectives.MixtureELBO()
    >>> vae = keras_vae.models.VaDE((8, 8), 2, hidden=(32,), objective=objective, seed=0)
    """

    term_names = ("reconstruction", "kl", "class_kl")
    needs_equal_weights = None

    def __init__(self, beta: float = 1.0, **kwargs: Any) -> None:
        check_non_negative("objectives.MixtureELBO", beta=beta)
        super().__init__(**kwargs)
        self.beta = beta
        self.kl_weight = self.moving_weight("kl_weight", beta)

    def bind(self, context: Context) -> None:
        posterior, prior = context.example_distributions()
        known = isinstance(prior, Mixture) and has_closed_form(posterior, prior.components)
        if not known:
            raise ValueError(
                "objectives.MixtureELBO needs a mixture as prior, such as "
                "priors.NormalMixture(), and a posterior with a KL in closed form to its "
                f"components. Received: posterior={type(context.posterior).__name__}, "
                f"prior={type(context.prior).__name__}"
            )

    def call(self, trace: Trace) -> tuple[Tensor, dict[str, Tensor]]:
        reconstruction = trace.mean(-trace.log_likelihood())
        log_weights = ops.log_softmax(trace.prior.logits, axis=-1)
        log_gamma = log_responsibilities(trace.prior, trace.z)  # (batch, components)
        gamma = ops.exp(log_gamma)
        rates = rates_to_components(trace.posterior, trace.prior)
        kl = trace.mean(ops.sum(gamma * rates, axis=-1))
        class_kl = trace.mean(ops.sum(gamma * (log_gamma - log_weights), axis=-1))
        loss = reconstruction + self.kl_weight * (kl + class_kl)
        return loss, {"reconstruction": reconstruction, "kl": kl, "class_kl": class_kl}


def log_responsibilities(prior: Mixture, z: Tensor) -> Tensor:
    """log p(c|z) under a mixture, (..., latent) -> (..., components)."""
    each = prior.components.log_prob(ops.expand_dims(z, -1 - prior.components.event_ndim))
    return ops.log_softmax(ops.log_softmax(prior.logits, axis=-1) + each, axis=-1)


def rates_to_components(posterior: Any, prior: Mixture) -> Tensor:
    """KL(q(z|x) || p(z|c)) in nats, (batch, components)."""
    axis = -1 - posterior.event_ndim
    beside = keras.tree.map_structure(
        lambda value: ops.expand_dims(value, axis) if ops.is_tensor(value) else value, posterior
    )
    return kl_divergence(beside, prior.components)
