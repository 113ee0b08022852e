"""Hyperbolic secant likelihood, the density of the log-cosh error, with one learned scale."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class LogCosh(Likelihood):
    """Log-cosh error log cosh((x - mean) / scale) as a density: the hyperbolic secant.

    Squared error for small deviations, absolute error for large ones. The error alone is no
    log-density; with -log(pi * scale), which is here, the scale can be learned and log-likelihoods
    compared.

    Args:
        initial_scale: float, scale at the start, the reciprocal of the paper's `a`. Defaults to
            `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a scale is not positive.

    Reference:
        - [Chen et al., 2018](https://openreview.net/forum?id=rkglvsC9Ym), log hyperbolic cosine
          loss
    """

    def __init__(self, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any) -> None:
        check_positive("likelihoods.LogCosh", initial_scale=initial_scale, min_scale=min_scale)
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
        return distributions.HyperbolicSecant(
            mean, ops.broadcast_to(log_scale, ops.shape(mean)), event_ndim=self.event_ndim
        )
