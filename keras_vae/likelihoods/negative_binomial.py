"""Negative binomial likelihood for counts that spread more than Poisson's."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.counts import LOG_MEAN_RANGE, Counts
from keras_vae.likelihoods.log_parameter import KINDS_WITH_CONDITION, LogParameter
from keras_vae.serialization import register

DISPERSION_RANGE = (1e-6, 1e6)


class OverdispersedCounts(Counts):
    """Base of the likelihoods of counts with a dispersion; see `NegativeBinomial`."""

    def __init__(
        self,
        dispersion: str = "feature",
        num_conditions: int | None = None,
        initial_dispersion: float = 1.0,
        dispersion_range: tuple[float, float] = DISPERSION_RANGE,
        size_factor: bool | str = False,
        log_mean_range: tuple[float, float] = LOG_MEAN_RANGE,
        **kwargs: Any,
    ) -> None:
        super().__init__(size_factor=size_factor, log_mean_range=log_mean_range, **kwargs)
        self.dispersion_parameter = LogParameter(
            f"likelihoods.{type(self).__name__}",
            "dispersion",
            dispersion,
            initial_dispersion,
            dispersion_range,
            KINDS_WITH_CONDITION,
            num_conditions,
        )

    @property
    def field_names(self) -> tuple[str, ...]:
        """The fields beside x that `call` takes by name."""
        by_condition = self.dispersion_parameter.kind == "condition"
        return (*super().field_names, *(("condition",) if by_condition else ()))

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_dispersion = self.dispersion_parameter.weight(self)


@register
class NegativeBinomial(OverdispersedCounts):
    """Negative binomial likelihood for counts, with variance mean + dispersion * mean^2.

    Args:
        dispersion: how it is told: `"shared"`, one learned number; `"feature"`, one for each
            feature; `"condition"`, one for each condition (a batch, a group) and feature;
            `"element"`, the decoder gives `log_dispersion` for each example and feature. Defaults
            to `"feature"`. What scVI calls theta is 1 / dispersion.
        num_conditions: int, the width of the one-hot condition, for `dispersion="condition"`.
            Defaults to `None`.
        initial_dispersion: float > 0, learned dispersions at the start. Defaults to `1.0`.
        dispersion_range: pair of float > 0, bounds. Defaults to `(1e-6, 1e6)`.
        size_factor: whether each example has a factor on its means, the library size: `True`, the
            field `"size_factor"` of shape `()`, which the model then needs; `"total"`, the
            example's own total. Defaults to `False`.
        log_mean_range: pair of float, bounds of the decoder's log-mean. Defaults to the
            logarithms of `(1e-8, 1e8)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `log_mean` and, for `dispersion="element"`, `log_dispersion`, each
            (batch, *event) or (samples, batch, *event).
        size_factor: tensor (batch,) of positive numbers that multiply the means. Defaults to
            `None`: factors of one, or totals.
        condition: tensor (batch, num_conditions) of one-hot rows. Defaults to `None`.

    Raises:
        ValueError: if an argument is out of its range; in the call, if there is no condition and
            `dispersion="condition"`.

    Example:

    >>> likelihood = keras_vae.likelihoods.NegativeBinomial(dispersion="element")
    >>> likelihood.parameter_shapes((5,))
    {'log_mean': (5,), 'log_dispersion': (5,)}

    Reference:
        - [Lopez et al., 2018](https://doi.org/10.1038/s41592-018-0229-2), in scVI
    """

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`log_mean`, and `log_dispersion` if the decoder gives it, of the data's shape."""
        return {"log_mean": tuple(data_shape), **self.dispersion_parameter.shapes(data_shape)}

    def call(
        self,
        parameters: Any,
        x: Any = None,
        training: bool = False,
        size_factor: Any = None,
        condition: Any = None,
    ) -> distributions.NegativeBinomial:
        log_mean, *decoded = self.unpack(parameters)
        return distributions.NegativeBinomial(
            self.log_mean(log_mean, size_factor, x),
            self.dispersion_parameter.value(self.log_dispersion, decoded, condition),
            self.event_ndim,
        )
