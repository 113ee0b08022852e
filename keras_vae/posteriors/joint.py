"""Normal and categorical latents together (Dupont, 2018), arxiv.org/abs/1804.00104."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count, check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.relaxed import Relaxed
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class Joint(Relaxed):
    """Normal latents and categorical ones, independent given x.

    A latent is a vector: first the normal numbers, then a one-hot vector of each categorical
    variable, relaxed in training by Gumbel-softmax. `encode` gives means and probabilities.

    Args:
        num_categories: tuple of int >= 2, the categories of each categorical variable. Defaults to
            `(10,)`, one of ten.
        temperature: float > 0, of the relaxation. Defaults to `0.67`, the paper's.
        straight_through: bool, whether training too draws one-hot vectors, with the gradient of
            the relaxed ones. Defaults to `False`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, logits]`: (batch, normal) twice, and (batch, sum of
            `num_categories`).

    Returns:
        `keras_vae.distributions.Product` of a `Normal`, and of a `RelaxedOneHot` in training, else
        a `OneHotCategorical`, for each categorical variable.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Dupont, 2018](https://arxiv.org/abs/1804.00104)
    """

    parameter_names = ("mean", "log_var", "logits")

    def __init__(
        self,
        num_categories: Shape = (10,),
        temperature: float = 0.67,
        straight_through: bool = False,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_categories("posteriors.Joint", num_categories)
        check_range("posteriors.Joint", log_var_range=log_var_range)
        super().__init__(temperature, straight_through, **kwargs)
        self.num_categories = tuple(num_categories)
        self.log_var_range = log_var_range

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean` and `log_var` of the normal numbers, and `logits` of all categories.

        Raises:
            ValueError: if a latent is not a vector with at least one normal number.
        """
        num_normal = normal_size("posterior", latent_shape, self.num_categories)
        shapes = {name: (num_normal,) for name in ("mean", "log_var")}
        return {**shapes, "logits": (sum(self.num_categories),)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of the vector of them all.

        Raises:
            ValueError: if the encoder's outputs have other shapes than these latents ask for.
        """
        received = [tuple(shape) for shape in shapes]
        latent_shape = (*received[0][:-1], received[0][-1] + sum(self.num_categories))
        expected = self.parameter_shapes(latent_shape)
        if received != list(expected.values()):
            raise ValueError(
                f"The posterior Joint with num_categories={self.num_categories} needs encoder "
                f"outputs of shapes {expected}. Received: outputs of shapes {received}"
            )
        return latent_shape

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        mean, log_var, logits = self.unpack(parameters)
        parts = [distributions.Normal(mean, bounded(log_var, *self.log_var_range))]
        start = 0
        for size in self.num_categories:
            piece = ops.expand_dims(logits[..., start : start + size], -2)  # (batch, 1, categories)
            parts.append(self._categorical(piece, training))
            start += size
        return distributions.Product(tuple(parts))

    def _categorical(self, logits, training):
        if not training:
            return distributions.OneHotCategorical(logits)
        temperature = ops.convert_to_tensor(self.temperature)
        return distributions.RelaxedOneHot(logits, temperature, self.straight_through)


def check_categories(owner: str, num_categories: Shape) -> None:
    """Raise a ValueError unless `num_categories` is a tuple of integers >= 2, at least one."""
    if not isinstance(num_categories, (tuple, list)) or not num_categories:
        raise ValueError(
            f"{owner} needs num_categories as a tuple of integers >= 2, one for each categorical "
            f"variable. Received: num_categories={num_categories!r}"
        )
    for number in num_categories:
        check_count(owner, num_categories=number)
    if min(num_categories) < 2:
        raise ValueError(
            f"{owner} needs num_categories >= 2. Received: num_categories={num_categories!r}"
        )


def normal_size(family: str, latent_shape: Shape, num_categories: Shape) -> int:
    """The normal numbers in a latent that has one-hot vectors behind them.

    Raises:
        ValueError: if a latent is not a vector with at least one normal number.
    """
    latent_shape = tuple(latent_shape)
    if len(latent_shape) != 1 or latent_shape[0] <= sum(num_categories):
        raise ValueError(
            f"The {family} Joint with num_categories={tuple(num_categories)} needs latents that "
            f"are vectors of more than {sum(num_categories)} numbers. "
            f"Received: latents of shape {latent_shape}"
        )
    return latent_shape[0] - sum(num_categories)
