"""Hyperbolic secant likelihood, the density of the log-cosh error, with one learned scale."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.one_scale import OneScale
from keras_vae.serialization import register


@register
class LogCosh(OneScale):
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

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        mean, log_scale = self.mean_and_log_scale(parameters)
        return distributions.HyperbolicSecant(mean, log_scale, event_ndim=self.event_ndim)
