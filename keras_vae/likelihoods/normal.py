"""Normal likelihood with a fixed standard deviation."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Normal(Likelihood):
    """Normal likelihood N(mean, scale^2) with a fixed standard deviation.

    The scale weighs reconstruction against KL exactly as beta = scale^2 would; `SharedNormal` and
    `OptimalNormal` find it from the data instead.

    Args:
        scale: float, standard deviation in the data's units. Defaults to `1.0`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `scale` is not positive.
    """

    takes_free_sizes = True

    def __init__(self, scale: float = 1.0, **kwargs: Any) -> None:
        check_positive("likelihoods.Normal", scale=scale)
        super().__init__(**kwargs)
        self.scale = scale

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (mean,) = self.unpack(parameters)
        return normal_with_shared_log_var(mean, 2.0 * math.log(self.scale), self.event_ndim)


def normal_with_shared_log_var(mean: Any, log_var: Any, event_ndim: Any) -> Any:
    """A normal distribution with one log-variance, a scalar, for all elements of `mean`."""
    log_var = ops.cast(log_var, mean.dtype)
    return distributions.Normal(
        mean, ops.broadcast_to(log_var, ops.shape(mean)), event_ndim=event_ndim
    )
