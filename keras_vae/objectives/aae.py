"""Adversarial autoencoder (Makhzani et al., 2015), arxiv.org/abs/1511.05644."""

from typing import Any

import keras
from keras import ops

from keras_vae.backend import mean_over_batch
from keras_vae.context import Context
from keras_vae.objectives.discriminator import Discriminator
from keras_vae.objectives.matching import prior_draws
from keras_vae.objectives.objective import NoisyObjective, Player
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register


@register
class AAE(NoisyObjective):
    """Reconstruction + weight * adversarial: the latents together are to look like the prior.

    A discriminator learns to tell draws of the prior from latents, in the same step with an
    optimizer of its own, `compile(discriminator_optimizer=...)`; the paper's, and the default, is
    SGD with rate 0.1 and momentum 0.1. `discriminator`, its cross-entropy, is part of the loss, and
    log 2 where it cannot tell. `adversarial` is the cross-entropy of the latents passed off as
    draws of the prior.

    What is not in the paper: `gradient_penalty / 2 * squared_slope` is added, where `squared_slope`
    is the mean squared norm of the gradient of the discriminator's logit at draws of the prior
    (R1). Two players who learn at the same time may circle each other for good; with it they
    settle. Without it, a discriminator of the paper's width drives all digits of 8x8 pixels to one
    latent.

    Args:
        weight: float >= 0, of the adversarial term. Defaults to `1.0`.
        hidden: tuple of int, widths of the discriminator's layers. Defaults to `(1000, 1000)`.
        gradient_penalty: float >= 0, weight of the discriminator's squared slope; `0.0` is the
            paper's loss. Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `weight` or `gradient_penalty` is negative.

    References:
        - [Makhzani et al., 2015](https://arxiv.org/abs/1511.05644)
        - [Tolstikhin et al., 2017](https://arxiv.org/abs/1711.01558), as WAE-GAN
        - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), the penalty
    """

    term_names = ("reconstruction", "adversarial", "discriminator", "squared_slope")
    needs_equal_weights = "its discriminator compares the latents of the batch with the prior"

    def __init__(
        self,
        weight: float = 1.0,
        hidden: tuple[int, ...] = (1000, 1000),
        gradient_penalty: float = 1.0,
        **kwargs: Any,
    ) -> None:
        check_non_negative("objectives.AAE", weight=weight, gradient_penalty=gradient_penalty)
        super().__init__(**kwargs)
        self.weight = self.moving_weight("weight", weight)
        self.hidden = hidden
        self.gradient_penalty = self.moving_weight("gradient_penalty", gradient_penalty)
        self.discriminator = Discriminator(hidden, name="discriminator")

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.discriminator.build_once(context.latent_shape)

    def players(self) -> Any:
        return {"discriminator": Player(self.discriminator.variables, _default_optimizer)}

    def call(self, trace: Any) -> Any:
        reconstruction = mean_over_batch(-trace.log_likelihood())
        adversarial = mean_over_batch(ops.softplus(-self.discriminator(trace.z, fixed=True)))
        draws = prior_draws(trace, self.seed_of(trace))
        discriminator = mean_over_batch(self.discriminator.loss(draws, trace.z))
        slope = mean_over_batch(self.discriminator.squared_slope(draws))
        loss = reconstruction + self.weight * adversarial + discriminator
        loss = loss + 0.5 * self.gradient_penalty * slope
        return loss, {
            "reconstruction": reconstruction,
            "adversarial": adversarial,
            "discriminator": discriminator,
            "squared_slope": slope,
        }


def _default_optimizer():
    return keras.optimizers.Adam(1e-3)
