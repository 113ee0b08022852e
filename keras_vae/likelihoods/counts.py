"""What the likelihoods of counts have in common."""

import math
from typing import Any

from keras import ops

from keras_vae.checks import check_range
from keras_vae.likelihoods.sized import Sized
from keras_vae.posteriors.bounds import bounded

#: logarithms of means from 1e-8 to 1e8
LOG_MEAN_RANGE = (math.log(1e-8), math.log(1e8))


class Counts(Sized):
    """Base of the likelihoods of counts 0, 1, 2, ...

    Args:
        size_factor: whether each example has a factor on its means, the library size in
            single-cell work, the exposure elsewhere: `True`, the field `"size_factor"` of shape
            `()`, which the model then needs; `"total"`, the example's own total. See `Sized`.
            Defaults to `False`.
        log_mean_range: pair of float, bounds of the decoder's log-mean, before the factor.
            Defaults to the logarithms of `(1e-8, 1e8)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters, x, training: as of `Likelihood`.
        size_factor: tensor (batch,) of positive numbers that multiply the means. Defaults to
            `None`, factors of one.

    Raises:
        ValueError: if `log_mean_range` is not an increasing pair.
    """

    def __init__(
        self,
        size_factor: bool | str = False,
        log_mean_range: tuple[float, float] = LOG_MEAN_RANGE,
        **kwargs: Any,
    ) -> None:
        check_range(f"likelihoods.{type(self).__name__}", log_mean_range=log_mean_range)
        super().__init__(size_factor=size_factor, **kwargs)
        self.log_mean_range = log_mean_range

    def log_mean(self, decoded: Any, size_factor: Any = None, x: Any = None) -> Any:
        """Log-mean from the decoder's output, bounded and with the factor, (..., event)."""
        log_mean = bounded(decoded, *self.log_mean_range)
        sizes = self.sizes(x, size_factor)
        if sizes is None:
            return log_mean
        return log_mean + ops.log(over_event(sizes, self.event_ndim))


def over_event(factor: Any, event_ndim: int) -> Any:
    """A number for each example, (batch,), with axes for the event: (batch, 1, ...)."""
    return ops.reshape(factor, (-1, *[1] * event_ndim))
