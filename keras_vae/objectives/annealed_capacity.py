"""KL held at a capacity that grows (Burgess et al., 2018), arxiv.org/abs/1804.03599."""

from typing import Any

from keras import ops

from keras_vae.objectives.objective import Objective
from keras_vae.parts import check_non_negative
from keras_vae.serialization import register


@register
class AnnealedCapacity(Objective):
    """Reconstruction + gamma * |KL - C|, the KL being the mean over the batch.

    The capacity C is kept in the variable `capacity`, which the callback
    `keras_vae.callbacks.LinearCapacity` raises while training; without it, C is constant.

    Args:
        gamma: float >= 0, weight of the distance. Defaults to `1000.0`.
        capacity: float >= 0, C in nats at the start. Defaults to `25.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is negative.

    Reference:
        - [Burgess et al., 2018](https://arxiv.org/abs/1804.03599)
    """

    term_names = ("reconstruction", "kl")
    needs_equal_weights = None
    numbered_variables = ("capacity",)

    def __init__(self, gamma: float = 1000.0, capacity: float = 25.0, **kwargs: Any) -> None:
        check_non_negative("objectives.AnnealedCapacity", gamma=gamma, capacity=capacity)
        super().__init__(**kwargs)
        self.gamma = self.moving_weight("gamma", gamma)
        self.capacity = self.moving_weight("capacity", capacity)

    def call(self, trace: Any) -> Any:
        reconstruction = trace.mean(-trace.log_likelihood())
        kl = trace.mean(trace.kl())
        distance = ops.abs(kl - self.capacity)
        return reconstruction + self.gamma * distance, {"reconstruction": reconstruction, "kl": kl}
