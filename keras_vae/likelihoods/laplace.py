"""Laplace likelihood with one learned scale."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Laplace(Likelihood):
    """Laplace likelihood whose one scale, for all elements, is learned: robust to outliers.

    Args:
        initial_scale: float, scale at the start. Defaults to `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a scale is not positive.
    """

    def __init__(self, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any) -> None:
        check_positive("likelihoods.Laplace", initial_scale=initial_scale, min_scale=min_scale)
        super().__init__(**kwargs)
        self.initial_scale = initial_scale
        self.min_scale = min_scale

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.log_scale = self.log_scale_weight()

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (mean,) = self.unpack(parameters)
        log_scale = ops.maximum(self.log_scale, math.log(self.min_scale))
        return distributions.Laplace(
            mean, ops.broadcast_to(log_scale, ops.shape(mean)), event_ndim=self.event_ndim
        )
