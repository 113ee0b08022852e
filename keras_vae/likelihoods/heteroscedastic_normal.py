"""Normal likelihood with a variance for each element (Kingma and Welling, 2013), appendix C.2."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.parts import check_range
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class HeteroscedasticNormal(Likelihood):
    """Normal likelihood whose decoder gives a mean and a log-variance for each element.

    The log-variance is bounded smoothly, so that elements that never vary cannot drive the
    density to infinity, and so that the bound never stops a gradient.

    Args:
        log_var_range: pair of float, bounds of the log-variance. Defaults to `(-10.0, 5.0)`: with
            data in [0, 1] the least deviation is then 0.0067, 1.7 grey levels of 256.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `log_var_range` is not an increasing pair.

    Reference:
        - [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114), appendix C.2
    """

    def __init__(self, log_var_range: tuple[float, float] = (-10.0, 5.0), **kwargs: Any) -> None:
        check_range("likelihoods.HeteroscedasticNormal", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.log_var_range = log_var_range

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean` and `log_var`, each of the data's shape."""
        return {"mean": tuple(data_shape), "log_var": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        mean, log_var = self.unpack(parameters)
        log_var = soft_clip(log_var, *self.log_var_range)
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)


def soft_clip(values: Any, low: Any, high: Any) -> Any:
    """The identity between `low` and `high`, bent smoothly to stay within; monotone."""
    values = high - ops.softplus(high - values)
    # This lifts the upper bound by softplus(low - high), 3e-7 for the default range.
    return low + ops.softplus(values - low)
