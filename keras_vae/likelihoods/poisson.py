"""Poisson likelihood for counts."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.counts import Counts
from keras_vae.serialization import register


@register
class Poisson(Counts):
    """Poisson likelihood for counts, whose variance is their mean.

    Counts that spread more than that are `NegativeBinomial`'s.

    Args:
        size_factor: whether each example has a factor on its means, a library size or an exposure:
            `True`, the field `"size_factor"` of shape `()`, which the model then needs; `"total"`,
            the example's own total. Defaults to `False`.
        log_mean_range: pair of float, bounds of the decoder's log-mean. Defaults to the
            logarithms of `(1e-8, 1e8)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `log_mean` (batch, *event) or (samples, batch, *event).
        size_factor: tensor (batch,) of positive numbers that multiply the means. Defaults to
            `None`: factors of one, or totals.

    Raises:
        ValueError: if `log_mean_range` is not an increasing pair.

    Example:

    >>> likelihood = keras_vae.likelihoods.Poisson()
    >>> likelihood.build((5,))
    >>> likelihood.parameter_shapes((5,))
    {'log_mean': (5,)}
    """

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`log_mean`, of the data's shape."""
        return {"log_mean": tuple(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False, size_factor: Any = None
    ) -> distributions.Poisson:
        (log_mean,) = self.unpack(parameters)
        return distributions.Poisson(self.log_mean(log_mean, size_factor, x), self.event_ndim)
