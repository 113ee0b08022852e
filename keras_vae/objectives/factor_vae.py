"""FactorVAE (Kim and Mnih, 2018), arxiv.org/abs/1802.05983."""

from typing import Any

import keras
from keras import ops

from keras_vae import backend
from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.objectives.discriminator import Discriminator
from keras_vae.objectives.objective import NoisyObjective, Player
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register
from keras_vae.typing import Seed


@register
class FactorVAE(NoisyObjective):
    """ELBO + gamma * total correlation, which a discriminator estimates.

    The discriminator tells latents from latents whose elements are shuffled over the batch, each
    for itself; where it is right, its logit is log q(z) / prod_j q(z_j), whose mean is the total
    correlation. It learns in the same step with an optimizer of its own,
    `compile(discriminator_optimizer=...)`; the paper's, and the default, is Adam with rate 1e-4,
    beta_1 0.5 and beta_2 0.9. `discriminator`, its cross-entropy, is part of the loss, and log 2
    where it cannot tell.

    Args:
        gamma: float >= 0, weight of the total correlation. Defaults to `10.0`.
        hidden: tuple of int, widths of the discriminator's layers. Defaults to
            `(1000, 1000, 1000, 1000, 1000)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `gamma` is negative.

    Reference:
        - [Kim and Mnih, 2018](https://arxiv.org/abs/1802.05983); they shuffle a second batch
    """

    term_names = ("reconstruction", "kl", "total_correlation", "discriminator")
    needs_equal_weights = "its discriminator looks at the batch as a whole"

    def __init__(
        self, gamma: float = 10.0, hidden: tuple[int, ...] = (1000,) * 5, **kwargs: Any
    ) -> None:
        check_non_negative("objectives.FactorVAE", gamma=gamma)
        super().__init__(**kwargs)
        self.gamma = self.moving_weight("gamma", gamma)
        self.hidden = hidden
        self.discriminator = Discriminator(hidden, name="discriminator")

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.discriminator.build_once(context.latent_shape)

    def players(self) -> Any:
        return {"discriminator": Player(self.discriminator.variables, _default_optimizer)}

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        kl = mean_over_batch(trace.kl())
        total_correlation = mean_over_batch(self.discriminator(trace.z, fixed=True))
        shuffled = shuffle_elements(trace.z, self.seed_of(trace))
        discriminator = mean_over_batch(self.discriminator.loss(trace.z, shuffled))
        loss = reconstruction + kl + self.gamma * total_correlation + discriminator
        return loss, {
            "reconstruction": reconstruction,
            "kl": kl,
            "total_correlation": total_correlation,
            "discriminator": discriminator,
        }


def _default_optimizer():
    return keras.optimizers.Adam(1e-4, beta_1=0.5, beta_2=0.9)


def shuffle_elements(z: Any, seed: Seed) -> Any:
    """Each latent element in an order of its own over the batch, (batch, latent)."""
    order = ops.argsort(backend.uniform(ops.shape(z), seed=seed), axis=0)
    return ops.take_along_axis(z, order, axis=0)
