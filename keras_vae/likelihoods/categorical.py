"""Categorical likelihood over grey levels (van den Oord et al., 2016), arxiv.org/abs/1601.06759."""

from typing import Any

from keras_vae import distributions
from keras_vae.likelihoods.discretized_logistic import check_levels
from keras_vae.likelihoods.likelihood import Likelihood
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Categorical(Likelihood):
    """Categorical likelihood over the levels of each element, with no order assumed among them.

    The data are the levels k / (num_levels - 1) in [0, 1], as 8-bit images divided by 255 are.
    The result is a probability of the exact image, so it can be given in bits per dimension.

    Args:
        num_levels: int >= 2. Defaults to `256`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_levels` is less than 2.

    Reference:
        - [van den Oord et al., 2016](https://arxiv.org/abs/1601.06759)
    """

    support = (0.0, 1.0)

    def __init__(self, num_levels: int = 256, **kwargs: Any) -> None:
        check_levels("likelihoods.Categorical", num_levels)
        super().__init__(**kwargs)
        self.num_levels = num_levels

    @property
    def support_steps(self) -> Any:
        """Steps between the ends of the support."""
        return self.num_levels - 1

    def parameter_shapes(self, data_shape: Shape) -> Any:
        """`logits`, of the data's shape with an axis of levels at the end."""
        return {"logits": (*data_shape, self.num_levels)}

    def call(self, parameters: Any, x: Any = None, training: bool = False) -> Any:
        (logits,) = self.unpack(parameters)
        return distributions.Categorical(
            logits, event_ndim=self.event_ndim, low=0.0, step=1.0 / (self.num_levels - 1)
        )
