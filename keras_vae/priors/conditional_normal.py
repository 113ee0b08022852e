"""Normal prior that depends on the condition (Sohn et al., 2015)."""

import math
from typing import Any

import keras
from keras import layers

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count, check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Seed, Shape, Tensor


@register
class ConditionalNormal(Prior):
    """Normal prior p(z|condition) = N(mean, exp(log_var)), both given by a small network.

    It starts at N(0, 1) for every condition.

    Args:
        hidden: tuple of int, widths of the network from the condition. Defaults to `(64,)`.
        activation: name or function. Defaults to `"relu"`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-10.0, 10.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of range; in a model, if that has no
            condition.

    Reference:
        - Sohn, Lee and Yan, 2015, "Learning structured output representation using deep conditional
          generative models"
    """

    conditional = True

    def __init__(
        self,
        hidden: Shape = (64,),
        activation: Any = "relu",
        log_var_range: tuple[float, float] = (-10.0, 10.0),
        **kwargs: Any,
    ) -> None:
        check_range("priors.ConditionalNormal", log_var_range=log_var_range)
        for width in hidden:
            check_count("priors.ConditionalNormal", hidden=width)
        super().__init__(**kwargs)
        self.hidden = hidden
        self.activation = activation
        self.log_var_range = log_var_range

    def bind(self, context: Context) -> None:
        """Learn the condition's shape."""
        if context.condition_shape is None:
            raise ValueError(
                "priors.ConditionalNormal needs a conditional model, made with "
                "condition_shape=(...). Received: condition_shape=None"
            )
        self.condition_shape = context.condition_shape

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        inputs = keras.Input(self.condition_shape)
        h = layers.Reshape((math.prod(self.condition_shape),), dtype="float32")(inputs)
        for width in self.hidden:
            h = layers.Dense(width, self.activation, dtype="float32")(h)
        size = 2 * math.prod(self.event_shape)
        h = layers.Dense(size, kernel_initializer="zeros", dtype="float32")(h)
        h = layers.Reshape((2, *self.event_shape), dtype="float32")(h)
        self.network = keras.Model(inputs, h, name="network")

    def distribution(
        self, temperature: float = 1.0, condition: Tensor | None = None
    ) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (batch, latent).

        Args:
            temperature: float, factor on the standard deviations. Defaults to `1.0`.
            condition: tensor (batch, condition).

        Raises:
            ValueError: if there is no condition.
        """
        if condition is None:
            raise ValueError("A conditional prior needs condition=. Received: condition=None")
        parameters = self.network(condition)
        log_var = bounded(parameters[:, 1], *self.log_var_range) + log_square(temperature)
        return distributions.Normal(parameters[:, 0], log_var, event_ndim=self.event_ndim)

    def sample(
        self,
        num_samples: int,
        seed: Seed = None,
        temperature: float = 1.0,
        condition: Tensor | None = None,
    ) -> Tensor:
        """One draw of z for each row of the condition, (num_samples, latent).

        Args:
            num_samples: int, the number of rows.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, factor on the standard deviations. Defaults to `1.0`.
            condition: tensor (num_samples, condition).
        """
        check_count("The prior", num_samples=num_samples)
        return self.distribution(temperature, condition).sample(seed=seed)
