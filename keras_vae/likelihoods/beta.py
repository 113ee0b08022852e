"""Beta likelihood for proportions (Ferrari and Cribari-Neto, 2004)."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_parameter import LogParameter
from keras_vae.posteriors.bounds import bounded
from keras_vae.serialization import register

#: logits of means that float32 tells from zero and one, with the gamma functions' arguments
_LOGITS_RANGE = (-15.0, 15.0)


@register
class Beta(Likelihood):
    """Beta likelihood for numbers between 0 and 1, the ends excluded.

    Args:
        precision: how a + b is told (the variance is mean (1 - mean) / (1 + precision)):
            `"shared"`, one learned number; `"feature"`, one for each feature; `"element"`, the
            decoder gives `log_precision`. Defaults to `"feature"`.
        initial_precision: float > 0, learned ones at the start. Defaults to `2.0`: the uniform
            distribution at a mean of one half.
        precision_range: pair of float > 0, bounds. Defaults to `(1e-2, 1e5)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `logits` of the mean and, for `precision="element"`, `log_precision`, each
            (batch, *event) or (samples, batch, *event).

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> keras_vae.likelihoods.Beta().parameter_shapes((5,))
    {'logits': (5,)}

    Reference:
        - [Ferrari and Cribari-Neto, 2004](https://doi.org/10.1080/0266476042000214501)
    """

    support = (0.0, 1.0)
    open_support = True

    def __init__(
        self,
        precision: str = "feature",
        initial_precision: float = 2.0,
        precision_range: tuple[float, float] = (1e-2, 1e5),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.precision_parameter = LogParameter(
            "likelihoods.Beta", "precision", precision, initial_precision, precision_range
        )

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_precision = self.precision_parameter.weight(self)

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`logits`, and `log_precision` if the decoder gives it, of the data's shape."""
        return {"logits": tuple(data_shape), **self.precision_parameter.shapes(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> distributions.Beta:
        logits, *decoded = self.unpack(parameters)
        return distributions.Beta(
            bounded(logits, *_LOGITS_RANGE),
            self.precision_parameter.value(self.log_precision, decoded),
            self.event_ndim,
        )
