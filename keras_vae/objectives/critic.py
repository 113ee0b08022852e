"""A discriminator of data, for adversarial objectives."""

from typing import Any

import keras
from keras import ops

from keras_vae.backend import gradient
from keras_vae.networks.discriminators import discriminator
from keras_vae.objectives.adversarial_losses import LOSSES
from keras_vae.objectives.fixed import fixed
from keras_vae.parts import Part
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class Critic(Part):
    """A network that tells real data from others, with the losses of both players.

    Args:
        filters: int, see `networks.discriminator`. Defaults to `64`.
        stages: int, see `networks.discriminator`. Defaults to `3`.
        kind: `"hinge"`, `"non_saturating"` or `"least_squares"`. Defaults to `"hinge"`.
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(
        self, filters: int = 64, stages: int = 3, kind: str = "hinge", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.stages = stages
        self.kind = kind

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.network = discriminator(event_shape, self.filters, self.stages)

    def call(self, x: Tensor, own_weights_learn: bool = True) -> tuple[Tensor, Tensor]:
        """Features (batch, ..., channels) and logits (batch, ..., 1) of data (batch, event).

        With `own_weights_learn=False` the gradient goes to the data and to no weight.
        """
        if own_weights_learn:
            return tuple(self.network(x))
        with fixed([self.network]):
            return tuple(self.network(x))

    def judged(self, x: Tensor) -> Tensor:
        """What those lose whose data are judged, (batch,); the gradient goes to the data alone."""
        return _mean(LOSSES[self.kind].judged(self(x, own_weights_learn=False)[1]))

    def loss(self, real: Tensor, *others: Tensor) -> Tensor:
        """What the discriminator loses, (batch,): the mean of its losses at real and other data.

        The gradient goes to its weights alone.
        """
        loss = LOSSES[self.kind]
        at_real = _mean(loss.real(self(ops.stop_gradient(real))[1]))
        at_others = [_mean(loss.fake(self(ops.stop_gradient(x))[1])) for x in others]
        return 0.5 * (at_real + sum(at_others[1:], at_others[0]) / len(others))

    def squared_slope(self, x: Tensor) -> Tensor:
        """Squared norm of the gradient of the summed logits by x, (batch,): the penalty R1.

        Its own gradient goes to the weights alone.
        """

        def total(x: Tensor) -> Tensor:
            return ops.sum(self(x)[1])

        return sum_of_squares(gradient(total, ops.stop_gradient(x)))


def default_optimizer() -> keras.optimizers.Optimizer:
    """Adam as Esser et al. (2021) have it, at their rate for a batch of 12."""
    return keras.optimizers.Adam(5.4e-5, beta_1=0.5, beta_2=0.9)


def sum_of_squares(values: Tensor) -> Tensor:
    """The sum of squares of each example, (batch, event) -> (batch,)."""
    return ops.sum(ops.square(values), axis=tuple(range(1, len(values.shape))))


def _mean(values):
    """The mean over all but the first axis, (batch, ...) -> (batch,)."""
    return ops.mean(values, axis=tuple(range(1, len(values.shape))))
