"""Normal likelihood with one learned variance (Rybkin et al., 2021), arxiv.org/abs/2006.13202."""

import math
from typing import Any

from keras import ops

from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.likelihoods.normal import normal_with_shared_log_var
from keras_vae.parts import check_positive
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class SharedNormal(Likelihood):
    """Normal likelihood whose one standard deviation, for all elements, is learned.

    Args:
        initial_scale: float, standard deviation at the start. Defaults to `1.0`.
        min_scale: float, least standard deviation, so that data that can be reproduced exactly
            do not drive the density to infinity. Defaults to `1e-3`, a quarter of a grey level.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a scale is not positive.

    Reference:
        - [Rybkin et al., 2021](https://arxiv.org/abs/2006.13202), the learned sigma-VAE
    """

    def __init__(self, initial_scale: float = 1.0, min_scale: float = 1e-3, **kwargs: Any) -> None:
        check_positive("likelihoods.SharedNormal", initial_scale=initial_scale, min_scale=min_scale)
        super().__init__(**kwargs)
        self.initial_scale = initial_scale
        self.min_scale = min_scale

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.log_scale = self.log_scale_weight()

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`mean`, of the data's shape."""
        return {"mean": tuple(data_shape)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (mean,) = self.unpack(parameters)
        log_scale = ops.maximum(self.log_scale, math.log(self.min_scale))
        return normal_with_shared_log_var(mean, 2.0 * log_scale, self.event_ndim)
