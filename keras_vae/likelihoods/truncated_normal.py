"""Truncated normal likelihood for numbers of an interval."""

import math
from typing import Any

from keras_vae import distributions
from keras_vae.checks import check_range
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_parameter import LogParameter
from keras_vae.serialization import register


@register
class TruncatedNormal(Likelihood):
    """Normal likelihood restricted to the interval of the data, and normalised over it.

    Args:
        low, high: floats, the interval, ends included. Defaults to `0.0` and `1.0`.
        scale: how the deviation before the restriction is told, in widths of the interval:
            `"shared"`, one learned number; `"feature"`, one for each feature; `"element"`, the
            decoder gives `log_scale`. Defaults to `"feature"`.
        initial_scale: float > 0, learned ones at the start, in widths. Defaults to `0.3`.
        scale_range: pair of float > 0, bounds, in widths. Defaults to `(1e-3, 100.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `location`, the mean before the restriction, in widths from the middle of the
            interval, and, for `scale="element"`, `log_scale`, each (batch, *event) or
            (samples, batch, *event).

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> keras_vae.likelihoods.TruncatedNormal(low=-1.0).parameter_shapes((5,))
    {'location': (5,)}
    """

    def __init__(
        self,
        low: float = 0.0,
        high: float = 1.0,
        scale: str = "feature",
        initial_scale: float = 0.3,
        scale_range: tuple[float, float] = (1e-3, 100.0),
        **kwargs: Any,
    ) -> None:
        check_range("likelihoods.TruncatedNormal", **{"(low, high)": (low, high)})
        super().__init__(**kwargs)
        self.low, self.high = low, high
        self.scale_parameter = LogParameter(
            "likelihoods.TruncatedNormal", "scale", scale, initial_scale, scale_range
        )

    @property
    def support(self) -> tuple[float, float]:
        """The interval that data must lie in."""
        return (self.low, self.high)

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_scale = self.scale_parameter.weight(self)

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`location`, and `log_scale` if the decoder gives it, of the data's shape."""
        return {"location": tuple(data_shape), **self.scale_parameter.shapes(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False
    ) -> distributions.TruncatedNormal:
        location, *decoded = self.unpack(parameters)
        width = self.high - self.low
        log_scale = self.scale_parameter.value(self.log_scale, decoded)
        return distributions.TruncatedNormal(
            0.5 * (self.low + self.high) + width * location,
            log_scale + math.log(width),
            float(self.low),
            float(self.high),
            self.event_ndim,
        )
