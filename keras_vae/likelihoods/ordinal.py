"""Ordinal likelihood: cumulative logits (McCullagh, 1980), as in HI-VAE (Nazabal et al., 2018)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.categorical import check_shares
from keras_vae.likelihoods.discretized_logistic import check_levels
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register

#: between neighbouring thresholds, so that each level keeps a probability
_LEAST_GAP = 1e-3


@register
class Ordinal(Likelihood):
    """Likelihood of levels 0, 1, ..., num_levels - 1 that have an order but no distances.

    The decoder gives one number for each feature; its thresholds, the same for all examples, are
    learned and stay in order.

    Args:
        num_levels: int >= 2, of each feature.
        shares: sequence of float > 0, of the levels among the data; at the start these are their
            probabilities at a location of 0. Defaults to `None`, equal ones.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `location` (batch, *event) or (samples, batch, *event): the larger, the higher
            the level.

    Raises:
        ValueError: if `num_levels` is less than 2, or `shares` are not as many.

    Example:

    >>> likelihood = keras_vae.likelihoods.Ordinal(num_levels=5)
    >>> likelihood.parameter_shapes((3,))
    {'location': (3,)}

    References:
        - [McCullagh, 1980](https://doi.org/10.1111/j.2517-6161.1980.tb01109.x)
        - [Nazabal et al., 2018](https://arxiv.org/abs/1807.03653)
    """

    integers = True

    def __init__(
        self, num_levels: int = 2, shares: Sequence[float] | None = None, **kwargs: Any
    ) -> None:
        check_levels("likelihoods.Ordinal", num_levels)
        check_shares("likelihoods.Ordinal", num_levels, shares)
        super().__init__(**kwargs)
        self.num_levels = num_levels
        self.shares = shares

    @property
    def support(self) -> tuple[float, float]:
        """The least and the greatest level."""
        return (0.0, float(self.num_levels - 1))

    def build(self, event_shape: tuple[int, ...]) -> None:
        super().build(event_shape)
        below = np.arange(1, self.num_levels) / self.num_levels
        if self.shares is not None:
            below = np.cumsum(self.shares)[:-1] / np.sum(self.shares)
        thresholds = np.log(below) - np.log1p(-below)
        # A level that is nearly absent starts with the smallest gap.
        gaps = np.log(np.expm1(np.maximum(np.diff(thresholds), 2.0 * _LEAST_GAP) - _LEAST_GAP))
        start = np.concatenate([thresholds[:1], gaps])
        self.raw_thresholds = self.add_weight(
            name="raw_thresholds",
            shape=(*self.event_shape, self.num_levels - 1),
            # A copy, for a view that repeats numbers could not be written to.
            initializer=lambda shape, dtype: ops.convert_to_tensor(
                np.broadcast_to(start, shape).copy(), dtype
            ),
            dtype="float32",
            autocast=False,
            aggregation="mean",
        )

    @property
    def thresholds(self) -> Any:
        """The thresholds in increasing order, (*event, num_levels - 1)."""
        raw = ops.convert_to_tensor(self.raw_thresholds)
        gaps = ops.softplus(raw[..., 1:]) + _LEAST_GAP
        steps = ops.concatenate([ops.zeros_like(raw[..., :1]), ops.cumsum(gaps, axis=-1)], axis=-1)
        return raw[..., :1] + steps

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`location`, of the data's shape."""
        return {"location": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> distributions.Ordinal:
        (location,) = self.unpack(parameters)
        return distributions.Ordinal(location, self.thresholds, self.event_ndim)
