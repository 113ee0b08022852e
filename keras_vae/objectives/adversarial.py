"""A discriminator of reconstructions beside another objective (Esser et al., 2021)."""

import dataclasses
from typing import Any

from keras import ops

from keras_vae.backend import gradient
from keras_vae.checks import check_whole, refuse
from keras_vae.context import Context
from keras_vae.objectives.adversarial_losses import LOSSES
from keras_vae.objectives.around import Around
from keras_vae.objectives.critic import Critic, default_optimizer
from keras_vae.objectives.fixed import replaced
from keras_vae.objectives.objective import Objective, Player
from keras_vae.parts import check_choice, check_count, check_non_negative
from keras_vae.serialization import register

#: of the ratio of two norms: added below, and the most that it may be
_LEAST_NORM, _LARGEST_RATIO = 1e-4, 1e4


@register
class Adversarial(Around):
    r"""Another objective + a weight * what a discriminator of patches makes of the reconstruction.

    The discriminator learns to tell images from reconstructions, which are the means of p(x|z), in
    the same step with an optimizer of its own, `compile(discriminator_optimizer=...)`; the default
    is Adam with rate 5.4e-5, beta_1 0.5 and beta_2 0.9. `discriminator`, its loss, is part of the
    loss. `adversarial` is what the reconstructions lose. Both are means over patches and the batch.

    The weight of `adversarial` is `weight` * `adaptive`. `adaptive` is the ratio of the norms of
    two gradients by the last kernel of the decoder, that of the other objective and that of
    `adversarial`, at most 10,000. It costs a pass through the decoder for each of the two.

    Before step `start` the discriminator neither learns nor counts. From there the weight grows
    along a line for `warmup` steps. The step is kept in a variable, so a resumed run goes on.

    Args:
        base: `keras_vae.objectives.Objective`, such as `ELBO`, `Quantized` or `Perceptual(...)`.
            Defaults to `None`: `ELBO(beta=1e-6)`.
        weight: float >= 0. Defaults to `0.5`.
        adaptive: bool, whether the weight follows the gradients. Defaults to `True`.
        loss: `"hinge"`, `"non_saturating"` or `"least_squares"`. Defaults to `"hinge"`.
        gradient_penalty: float >= 0. Half of it weighs `squared_slope`, the squared norm of the
            gradient of the discriminator's logits at real images (R1), which needs a second
            derivative. Defaults to `0.0`, without.
        start: int >= 0, steps before the discriminator comes in. Defaults to `0`.
        warmup: int >= 0, steps in which the weight grows from zero. Defaults to `0`.
        filters: int, channels of the discriminator's first layer. Defaults to `64`.
        stages: int, its layers of stride 2, see `networks.discriminator`. Defaults to `3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range or unknown.

    References:
        - [Esser et al., 2021](https://arxiv.org/abs/2012.09841), with the adaptive weight
        - [Isola et al., 2017](https://arxiv.org/abs/1611.07004), the discriminator
        - [Mescheder et al., 2018](https://arxiv.org/abs/1801.04406), R1
    """

    def __init__(
        self,
        base: Objective | None = None,
        weight: float = 0.5,
        adaptive: bool = True,
        loss: str = "hinge",
        gradient_penalty: float = 0.0,
        start: int = 0,
        warmup: int = 0,
        filters: int = 64,
        stages: int = 3,
        **kwargs: Any,
    ) -> None:
        owner = "objectives.Adversarial"
        check_non_negative(owner, weight=weight, gradient_penalty=gradient_penalty)
        check_choice(owner, tuple(LOSSES), loss=loss)
        check_whole(owner, start=start, warmup=warmup)
        check_count(owner, filters=filters, stages=stages)
        if not isinstance(adaptive, bool):
            refuse(owner, "True or False", adaptive=adaptive)
        super().__init__(base, **kwargs)
        self.weight = self.moving_weight("adversarial_weight", weight)
        self.gradient_penalty = self.moving_weight("gradient_penalty", gradient_penalty)
        #: steps of training so far
        self.step = self.moving_weight("step", 0.0)
        self.adaptive = adaptive
        if adaptive:
            # Kept for validation, which has no gradients.
            self.last_ratio = self.moving_weight("adaptive", 1.0)
            self.decodes_again = True
        self.penalizes = bool(gradient_penalty)
        self.start, self.warmup = start, warmup
        self.discriminator = Critic(filters, stages, loss, name="discriminator")
        own = ["adversarial", "discriminator"]
        own += ["adaptive"] * adaptive + ["squared_slope"] * self.penalizes
        self.term_names = (*self.base.term_names, *own)

    def bind(self, context: Context) -> None:
        super().bind(context)
        self.discriminator.build_once(context.data_shape)
        self._decoder_layers = context.decoder_layers
        self._decoder_weights = context.decoder_weights

    def players(self) -> dict[str, Player]:
        """The discriminator, beside those of `base`."""
        own = Player(self.discriminator.trainable_variables, default_optimizer)
        return {**super().players(), "discriminator": own}

    def call(self, trace: Any) -> Any:
        loss, terms = self.base.call(trace)
        started, grown = self._progress(trace.training)
        adversarial = self._adversarial(trace)
        discriminator = trace.mean(self.discriminator.loss(trace.x, trace.likelihood.mean))
        terms = {**terms, "adversarial": adversarial, "discriminator": discriminator}
        weight = self.weight * grown
        if self.adaptive:
            terms["adaptive"] = self._ratio(trace)
            weight = weight * terms["adaptive"]
        loss = loss + weight * adversarial + started * discriminator
        if self.penalizes:
            slope = trace.mean(self.discriminator.squared_slope(trace.x))
            loss = loss + started * 0.5 * self.gradient_penalty * slope
            terms["squared_slope"] = slope
        return loss, terms

    def _adversarial(self, trace):
        return trace.mean(self.discriminator.judged(trace.likelihood.mean))

    def _progress(self, training):
        """Whether the discriminator is in, 0 or 1, and how far its weight has grown, in [0, 1]."""
        beyond = self.step - float(self.start)
        started = ops.cast(beyond >= 0.0, "float32")
        grown = started
        if self.warmup:
            grown = ops.clip(beyond / self.warmup, 0.0, 1.0)
        if training:
            # Not before: TensorFlow reads a variable when it is used.
            self.step.assign(self.step + 1.0)
        return started, grown

    def _ratio(self, trace):
        """The ratio of the gradients' norms at the last kernel; outside of training, the last."""
        if not trace.training:
            return ops.convert_to_tensor(self.last_ratio)
        # Without training, so that what the objective moves within a step moves once.
        aside = dataclasses.replace(trace, training=False)
        base = self._norm_at_last_kernel(lambda trace: self.base.call(trace)[0], aside)
        adversarial = self._norm_at_last_kernel(self._adversarial, aside)
        ratio = ops.clip(base / (adversarial + _LEAST_NORM), 0.0, _LARGEST_RATIO)
        self.last_ratio.assign(ratio)
        return ratio

    def _norm_at_last_kernel(self, function, trace):
        """Norm of the gradient of `function(trace)` by the last kernel of the decoder, ()."""
        kernel = [v for v in self._decoder_weights() if len(v.shape) > 1][-1]

        def at(value: Any) -> Any:
            with replaced(self._decoder_layers(), kernel, value):
                likelihood = trace.decode_again(ops.stop_gradient(trace.z))
            return function(dataclasses.replace(trace, likelihood=likelihood))

        slope = gradient(at, ops.stop_gradient(ops.convert_to_tensor(kernel)))
        return ops.stop_gradient(ops.sqrt(ops.sum(ops.square(ops.cast(slope, "float32")))))
