"""What the likelihoods with one learned scale have in common."""

import math
from typing import Any

from keras import ops

from keras_vae.checks import check_positive
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.typing import Shape, Tensor


class OneScale(Likelihood):
    """Base of the likelihoods whose one scale, for all elements, is learned.

    Args:
        initial_scale: float, scale at the start. Defaults to `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a scale is not positive.
    """

    def __init__(self, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any) -> None:
        owner = f"likelihoods.{type(self).__name__}"
        check_positive(owner, initial_scale=initial_scale, min_scale=min_scale)
        super().__init__(**kwargs)
        self.initial_scale = initial_scale
        self.min_scale = min_scale

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.log_scale = self.log_scale_weight()

    def parameter_shapes(self, data_shape: Shape) -> dict[str, Shape]:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def least_log_scale(self) -> Tensor:
        """The log-scale, or the least one where the weight lies below it, ()."""
        return ops.maximum(self.log_scale, math.log(self.min_scale))

    def mean_and_log_scale(self, parameters: Any) -> tuple[Tensor, Tensor]:
        """The decoder's mean, and the log-scale with its shape, (..., event) both."""
        (mean,) = self.unpack(parameters)
        return mean, ops.broadcast_to(self.least_log_scale(), ops.shape(mean))
