"""Normal likelihood with one learned variance (Rybkin et al., 2021), arxiv.org/abs/2006.13202."""

from typing import Any

from keras_vae.likelihoods.normal import normal_with_shared_log_var
from keras_vae.likelihoods.one_scale import OneScale
from keras_vae.serialization import register


@register
class SharedNormal(OneScale):
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

    takes_free_sizes = True

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (mean,) = self.unpack(parameters)
        return normal_with_shared_log_var(mean, 2.0 * self.least_log_scale(), self.event_ndim)
