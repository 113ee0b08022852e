"""Log-normal likelihood for positive numbers."""

import math
from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_parameter import LogParameter
from keras_vae.serialization import register


@register
class LogNormal(Likelihood):
    """Log-normal likelihood for positive numbers that spread over orders of magnitude.

    Args:
        scale: how the deviation of log x is told: `"shared"`, one learned number; `"feature"`, one
            for each feature; `"element"`, the decoder gives `log_scale`. Defaults to `"feature"`.
        initial_scale: float > 0, learned ones at the start. Defaults to `1.0`.
        scale_range: pair of float > 0, bounds. Defaults to `(1e-3, 10.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `location`, the mean of log x, and, for `scale="element"`, `log_scale`, each
            (batch, *event) or (samples, batch, *event).

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> keras_vae.likelihoods.LogNormal(scale="element").parameter_shapes((5,))
    {'location': (5,), 'log_scale': (5,)}
    """

    support = (0.0, math.inf)
    open_support = True

    def __init__(
        self,
        scale: str = "feature",
        initial_scale: float = 1.0,
        scale_range: tuple[float, float] = (1e-3, 10.0),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.scale_parameter = LogParameter(
            "likelihoods.LogNormal", "scale", scale, initial_scale, scale_range
        )

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_scale = self.scale_parameter.weight(self)

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`location`, and `log_scale` if the decoder gives it, of the data's shape."""
        return {"location": tuple(data_shape), **self.scale_parameter.shapes(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False
    ) -> distributions.LogNormal:
        location, *decoded = self.unpack(parameters)
        log_scale = self.scale_parameter.value(self.log_scale, decoded)
        return distributions.LogNormal(location, 2.0 * log_scale, self.event_ndim)
