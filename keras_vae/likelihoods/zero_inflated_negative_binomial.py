"""Zero-inflated negative binomial likelihood (Lopez et al., 2018, scVI)."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.negative_binomial import OverdispersedCounts
from keras_vae.serialization import register


@register
class ZeroInflatedNegativeBinomial(OverdispersedCounts):
    """Negative binomial likelihood for counts with more zeros than it explains.

    Args:
        dispersion: as of `NegativeBinomial`.
        num_conditions: as of `NegativeBinomial`.
        initial_dispersion: as of `NegativeBinomial`.
        dispersion_range: as of `NegativeBinomial`.
        size_factor: as of `NegativeBinomial`.
        log_mean_range: as of `NegativeBinomial`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `log_mean`, `zero_logits` (of the probability of an extra zero) and, for
            `dispersion="element"`, `log_dispersion`, each (batch, *event) or
            (samples, batch, *event).
        size_factor, condition: as of `NegativeBinomial`.

    Raises:
        ValueError: if an argument is out of its range; in the call, if there is no condition and
            `dispersion="condition"`.

    Example:

    >>> likelihood = keras_vae.likelihoods.ZeroInflatedNegativeBinomial()
    >>> likelihood.parameter_shapes((5,))
    {'log_mean': (5,), 'zero_logits': (5,)}

    Reference:
        - [Lopez et al., 2018](https://doi.org/10.1038/s41592-018-0229-2)
    """

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`log_mean`, `zero_logits`, and `log_dispersion` if the decoder gives it."""
        shape = tuple(data_shape)
        return {
            "log_mean": shape,
            "zero_logits": shape,
            **self.dispersion_parameter.shapes(data_shape),
        }

    def call(
        self,
        parameters: Any,
        x: Any = None,
        training: bool = False,
        size_factor: Any = None,
        condition: Any = None,
    ) -> distributions.ZeroInflatedNegativeBinomial:
        log_mean, zero_logits, *decoded = self.unpack(parameters)
        return distributions.ZeroInflatedNegativeBinomial(
            self.log_mean(log_mean, size_factor, x),
            self.dispersion_parameter.value(self.log_dispersion, decoded, condition),
            zero_logits,
            self.event_ndim,
        )
