"""Gamma likelihood for positive numbers."""

import math
from typing import Any

from keras_vae import distributions
from keras_vae.checks import check_range
from keras_vae.likelihoods.counts import LOG_MEAN_RANGE
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_parameter import LogParameter
from keras_vae.posteriors.bounds import bounded
from keras_vae.serialization import register


@register
class Gamma(Likelihood):
    """Gamma likelihood for positive numbers whose deviation grows with their mean.

    Args:
        concentration: how the shape k is told (the relative deviation is 1 / sqrt(k)): `"shared"`,
            one learned number; `"feature"`, one for each feature; `"element"`, the decoder gives
            `log_concentration`. Defaults to `"feature"`.
        initial_concentration: float > 0, learned ones at the start. Defaults to `1.0`.
        concentration_range: pair of float > 0, bounds. Defaults to `(1e-4, 1e6)`.
        log_mean_range: pair of float, bounds of the decoder's log-mean. Defaults to the
            logarithms of `(1e-8, 1e8)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `log_mean` and, for `concentration="element"`, `log_concentration`, each
            (batch, *event) or (samples, batch, *event).

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> keras_vae.likelihoods.Gamma().parameter_shapes((5,))
    {'log_mean': (5,)}
    """

    support = (0.0, math.inf)
    open_support = True

    def __init__(
        self,
        concentration: str = "feature",
        initial_concentration: float = 1.0,
        concentration_range: tuple[float, float] = (1e-4, 1e6),
        log_mean_range: tuple[float, float] = LOG_MEAN_RANGE,
        **kwargs: Any,
    ) -> None:
        check_range("likelihoods.Gamma", log_mean_range=log_mean_range)
        super().__init__(**kwargs)
        self.log_mean_range = log_mean_range
        self.concentration_parameter = LogParameter(
            "likelihoods.Gamma",
            "concentration",
            concentration,
            initial_concentration,
            concentration_range,
        )

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_concentration = self.concentration_parameter.weight(self)

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`log_mean`, and `log_concentration` if the decoder gives it, of the data's shape."""
        return {"log_mean": tuple(data_shape), **self.concentration_parameter.shapes(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> distributions.Gamma:
        log_mean, *decoded = self.unpack(parameters)
        return distributions.Gamma(
            bounded(log_mean, *self.log_mean_range),
            self.concentration_parameter.value(self.log_concentration, decoded),
            self.event_ndim,
        )
