"""Mixture of discretised logistics (Salimans et al., 2017), arxiv.org/abs/1701.05517."""

import math
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_count, check_range
from keras_vae.likelihoods.discretized_logistic import check_levels
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.posteriors.bounds import bounded
from keras_vae.serialization import register


@register
class MixtureOfDiscretizedLogistics(Likelihood):
    """Mixture of logistics integrated over the bins of data on a grid, with scales of its own.

    The data are the levels k / (num_levels - 1) in [0, 1], as 8-bit images divided by 255 are. The
    result is a probability of the exact image, so it can be given in bits per dimension. In images
    (height, width, channels) a pixel's channels share the choice of a component, and each channel's
    location moves with the true values of the channels before it, as in the paper. Data of other
    shapes have a mixture for each number.

    Args:
        num_components: int >= 1, of each mixture. Defaults to `10`, the paper's.
        num_levels: int >= 2. Defaults to `256`.
        log_scale_range: pair of float, bounds of the log-scales, in the units of x. Defaults
            to `(-8.0, 3.0)`; the paper's least one is -7.7 in these units.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: with the shapes of `parameter_shapes` behind (batch,) or (samples, batch).

    Raises:
        ValueError: if an argument is out of its range.

    Example:

    >>> likelihood = keras_vae.likelihoods.MixtureOfDiscretizedLogistics(num_components=5)
    >>> shapes = likelihood.parameter_shapes((32, 32, 3))
    >>> shapes["location"], shapes["coupling"]
    ((32, 32, 5, 3), (32, 32, 5, 3))

    Reference:
        - [Salimans et al., 2017](https://arxiv.org/abs/1701.05517)
    """

    support = (0.0, 1.0)

    def __init__(
        self,
        num_components: int = 10,
        num_levels: int = 256,
        log_scale_range: tuple[float, float] = (-8.0, 3.0),
        **kwargs: Any,
    ) -> None:
        owner = "likelihoods.MixtureOfDiscretizedLogistics"
        check_count(owner, num_components=num_components)
        check_levels(owner, num_levels)
        check_range(owner, log_scale_range=log_scale_range)
        super().__init__(**kwargs)
        self.num_components = num_components
        self.num_levels = num_levels
        self.log_scale_range = log_scale_range

    @property
    def support_steps(self) -> int:
        """Steps between the ends of the support."""
        return self.num_levels - 1

    def parameter_shapes(self, data_shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
        """`logits`, `location`, `log_scale`, and for images with channels `coupling`.

        For images (height, width, channels): `logits` (height, width, components), `location` and
        `log_scale` (height, width, components, channels), `coupling` (height, width, components,
        channels * (channels - 1) / 2). For others each has the data's shape, and components.
        """
        if not _has_channels(data_shape):
            shape = (*data_shape, self.num_components)
            return {"logits": shape, "location": shape, "log_scale": shape}
        *space, channels = data_shape
        logits = (*space, self.num_components)
        return {
            "logits": logits,
            "location": (*logits, channels),
            "log_scale": (*logits, channels),
            "coupling": (*logits, channels * (channels - 1) // 2),
        }

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        logits, location, log_scale, *coupling = self.unpack(parameters)
        # As in the paper, whose grid is [-1, 1]: outputs of 0 are a logistic of scale 1 around 0.
        location = 0.5 + 0.5 * location
        log_scale = bounded(log_scale - math.log(2.0), *self.log_scale_range)
        if coupling:
            return distributions.MixtureOfDiscretizedLogistics(
                logits,
                location,
                log_scale,
                ops.tanh(coupling[0]),
                self.num_levels,
                self.event_ndim,
            )
        components = distributions.DiscretizedLogistic(
            location, log_scale, self.num_levels, event_ndim=0
        )
        return distributions.Mixture(logits, components, self.event_ndim)


def _has_channels(data_shape):
    return len(data_shape) == 3 and data_shape[-1] > 1
