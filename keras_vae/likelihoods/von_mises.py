"""Von Mises likelihood for angles."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.log_parameter import LogParameter
from keras_vae.serialization import register

#: a vector shorter than this has no direction that a gradient could follow
_SHORT = 1e-6


@register
class VonMises(Likelihood):
    """Von Mises likelihood for angles in radians, any turn of them.

    The decoder gives a vector of the plane for each angle, whose direction is the mean: no network
    has to learn the jump from pi to -pi.

    Args:
        concentration: how kappa is told (about 1 / variance): `"shared"`, one learned number;
            `"feature"`, one for each feature; `"element"`, the decoder gives
            `log_concentration`. Defaults to `"feature"`.
        initial_concentration: float > 0, learned ones at the start. Defaults to `1.0`.
        concentration_range: pair of float > 0, bounds. Defaults to `(1e-3, 1e4)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `direction` (batch, *event, 2), cosine and sine up to a factor, and, for
            `concentration="element"`, `log_concentration` (batch, *event); or with samples in
            front.

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> keras_vae.likelihoods.VonMises().parameter_shapes((5,))
    {'direction': (5, 2)}
    """

    def __init__(
        self,
        concentration: str = "feature",
        initial_concentration: float = 1.0,
        concentration_range: tuple[float, float] = (1e-3, 1e4),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.concentration_parameter = LogParameter(
            "likelihoods.VonMises",
            "concentration",
            concentration,
            initial_concentration,
            concentration_range,
        )

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        self.log_concentration = self.concentration_parameter.weight(self)

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`direction`, of the data's shape and 2, and `log_concentration` if it is decoded."""
        direction = {"direction": (*data_shape, 2)}
        return {**direction, **self.concentration_parameter.shapes(data_shape)}

    def call(
        self, parameters: Any, x: Any = None, training: bool = False
    ) -> distributions.VonMises:
        direction, *decoded = self.unpack(parameters)
        cosine, sine = direction[..., 0], direction[..., 1]
        short = ops.maximum(ops.abs(cosine), ops.abs(sine)) < _SHORT
        location = ops.arctan2(sine, ops.where(short, cosine + _SHORT, cosine))
        return distributions.VonMises(
            location,
            self.concentration_parameter.value(self.log_concentration, decoded),
            self.event_ndim,
        )
