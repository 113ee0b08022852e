"""Wrapped normal prior on the Poincaré ball (Mathieu et al., 2019), arxiv.org/abs/1901.06033."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_positive
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register


@register
class WrappedNormal(Prior):
    """Wrapped normal prior around the origin of the Poincaré ball, of variance 1.

    Args:
        curvature: float > 0, c: the ball has the radius 1 / sqrt(c). Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `curvature` is not positive.

    Reference:
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
    """

    def __init__(self, curvature: float = 1.0, **kwargs: Any) -> None:
        check_positive("priors.WrappedNormal", curvature=curvature)
        super().__init__(**kwargs)
        self.curvature = curvature

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.WrappedNormal` with parameters of shape (latent,)."""
        mean = ops.zeros(self.event_shape, dtype="float32")
        log_var = ops.full(self.event_shape, log_square(temperature), dtype="float32")
        return distributions.WrappedNormal(mean, log_var, self.curvature)
