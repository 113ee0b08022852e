"""What the likelihoods of counts have in common."""

import math
from typing import Any

from keras import ops

from keras_vae.checks import check_range
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.posteriors.bounds import bounded

#: logarithms of means from 1e-8 to 1e8
LOG_MEAN_RANGE = (math.log(1e-8), math.log(1e8))


class Counts(Likelihood):
    """Base of the likelihoods of counts 0, 1, 2, ...

    Args:
        size_factor: bool, whether each example has a factor on its means: the library size in
            single-cell work, the exposure elsewhere. The model then needs the field
            `"size_factor"` of shape `()`. Defaults to `False`.
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

    support = (0.0, math.inf)
    integers = True

    def __init__(
        self,
        size_factor: bool = False,
        log_mean_range: tuple[float, float] = LOG_MEAN_RANGE,
        **kwargs: Any,
    ) -> None:
        check_range(f"likelihoods.{type(self).__name__}", log_mean_range=log_mean_range)
        super().__init__(**kwargs)
        self.size_factor = size_factor
        self.log_mean_range = log_mean_range

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields beside x that `call` takes by name."""
        return ("size_factor",) if self.size_factor else ()

    def log_mean(self, decoded: Any, size_factor: Any = None) -> Any:
        """Log-mean from the decoder's output, bounded and with the factor, (..., event)."""
        log_mean = bounded(decoded, *self.log_mean_range)
        if size_factor is None:
            return log_mean
        return log_mean + ops.log(over_event(size_factor, self.event_ndim))


def over_event(factor: Any, event_ndim: int) -> Any:
    """A number for each example, (batch,), with axes for the event: (batch, 1, ...)."""
    return ops.reshape(factor, (-1, *[1] * event_ndim))
