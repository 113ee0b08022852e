"""Laplace likelihood with one learned scale."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.one_scale import OneScale
from keras_vae.serialization import register


@register
class Laplace(OneScale):
    """Laplace likelihood whose one scale, for all elements, is learned: robust to outliers.

    Args:
        initial_scale: float, scale at the start. Defaults to `1.0`.
        min_scale: float, least scale. Defaults to `1e-3`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a scale is not positive.
    """

    takes_free_sizes = True

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        mean, log_scale = self.mean_and_log_scale(parameters)
        return distributions.Laplace(mean, log_scale, event_ndim=self.event_ndim)
