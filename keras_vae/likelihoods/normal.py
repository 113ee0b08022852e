"""Normal likelihood with a fixed standard deviation."""

import math

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_positive
from keras_vae.serialization import register


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

    def __init__(self, scale=1.0, **kwargs):
        check_positive("likelihoods.Normal", scale=scale)
        super().__init__(**kwargs)
        self.scale = scale

    def parameter_shapes(self, data_shape):
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def call(self, parameters, x=None, training=False):
        (mean,) = self.unpack(parameters)
        return normal_with_shared_log_var(mean, 2.0 * math.log(self.scale), self.event_ndim)


def normal_with_shared_log_var(mean, log_var, event_ndim):
    """A normal distribution with one log-variance, a scalar, for all elements of `mean`."""
    log_var = ops.cast(log_var, mean.dtype)
    return distributions.Normal(
        mean, ops.broadcast_to(log_var, ops.shape(mean)), event_ndim=event_ndim
    )
