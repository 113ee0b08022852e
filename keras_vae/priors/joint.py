"""Standard normal and uniform categorical latents (Dupont, 2018), arxiv.org/abs/1804.00104."""

from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.posteriors.joint import check_categories, normal_size
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Joint(Prior):
    """Standard normal numbers, and behind them one-hot vectors of uniform categorical variables.

    The temperature of a draw is that of its normal numbers; categories stay uniform.

    Args:
        num_categories: tuple of int >= 2, the categories of each categorical variable. Defaults to
            `(10,)`, one of ten.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_categories` is something else.

    Reference:
        - [Dupont, 2018](https://arxiv.org/abs/1804.00104)
    """

    def __init__(self, num_categories: Shape = (10,), **kwargs: Any) -> None:
        check_categories("priors.Joint", num_categories)
        super().__init__(**kwargs)
        self.num_categories = tuple(num_categories)

    def build(self, event_shape: Shape) -> None:
        self.num_normal = normal_size("prior", event_shape, self.num_categories)
        super().build(event_shape)

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Product` of a `Normal` and of `OneHotCategorical`s."""
        mean = ops.zeros((self.num_normal,), dtype="float32")
        log_var = ops.full((self.num_normal,), log_square(temperature), dtype="float32")
        categorical = [
            distributions.OneHotCategorical(ops.zeros((1, size), dtype="float32"))
            for size in self.num_categories
        ]
        return distributions.Product((distributions.Normal(mean, log_var), *categorical))
