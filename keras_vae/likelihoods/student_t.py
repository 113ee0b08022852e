"""Student's t likelihood with one learned scale."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class StudentT(Likelihood):
    """Student's t likelihood whose one scale, for all elements, is learned: heavy tails.

    Args:
        df: float > 0, degrees of freedom: the fewer, the less an outlier counts. Fixed, not
            learned. Defaults to `5.0`.
        initial_scale: float, scale at the start. Defaults to `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is not positive.
    """

    def __init__(
        self, df: float = 5.0, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any
    ) -> None:
        check_positive(
            "likelihoods.StudentT", df=df, initial_scale=initial_scale, min_scale=min_scale
        )
        super().__init__(**kwargs)
        self.df = df
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
        log_scale = ops.broadcast_to(log_scale, ops.shape(mean))
        return distributions.StudentT(mean, log_scale, self.df, event_ndim=self.event_ndim)
