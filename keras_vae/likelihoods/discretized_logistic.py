"""Discretised logistic likelihood (Kingma et al., 2016; Salimans et al., 2017)."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_at_least, check_positive
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class DiscretizedLogistic(Likelihood):
    """Logistic likelihood integrated over the bins of data on a grid, with one learned scale.

    The data are the levels k / (num_levels - 1) in [0, 1], as 8-bit images divided by 255 are.
    The result is a probability of the exact image, so it can be given in bits per dimension.

    Args:
        num_levels: int >= 2. Defaults to `256`.
        initial_scale: float, scale at the start. Defaults to `0.1`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_levels` is less than 2 or `initial_scale` not positive.

    References:
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934)
        - [Salimans et al., 2017](https://arxiv.org/abs/1701.05517)
    """

    support = (0.0, 1.0)

    def __init__(self, num_levels: int = 256, initial_scale: float = 0.1, **kwargs: Any) -> None:
        check_levels("likelihoods.DiscretizedLogistic", num_levels)
        check_positive("likelihoods.DiscretizedLogistic", initial_scale=initial_scale)
        super().__init__(**kwargs)
        self.num_levels = num_levels
        self.initial_scale = initial_scale

    @property
    def support_steps(self) -> Any:
        """Steps between the ends of the support."""
        return self.num_levels - 1

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.log_scale = self.scalar_weight("log_scale", math.log(self.initial_scale))

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (mean,) = self.unpack(parameters)
        log_scale = ops.broadcast_to(self.log_scale, ops.shape(mean))
        return distributions.DiscretizedLogistic(
            mean, log_scale, num_levels=self.num_levels, event_ndim=self.event_ndim
        )


def check_levels(owner: Any, num_levels: Any) -> None:
    """Raise a ValueError unless `num_levels` is an integer >= 2."""
    check_at_least(owner, 2, num_levels=num_levels)
