"""Posteriors over discrete latents, relaxed in training (Jang et al., 2016; Maddison et al., 2016).

The objective is that of Jang et al.: the reconstruction at a relaxed draw, and the KL of the
*discrete* distributions in closed form. (Maddison et al. take the relaxed densities in both places,
a bound for the relaxed model.) Outside of training draws are discrete, so that validation losses
and `log_likelihood` are those of the discrete model.
"""

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count, check_positive
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape


class Relaxed(Posterior):
    """Base of the relaxed posteriors.

    The temperature is kept in the variable `temperature`, saved with the model, which
    `keras_vae.callbacks.TemperatureSchedule` moves.

    Args:
        temperature: float > 0. Defaults to `1.0`.
        straight_through: bool, whether training too draws discrete latents, with the gradient of
            the relaxed ones. Defaults to `False`.
        **kwargs: passed to `keras.layers.Layer`.
    """

    parameter_names: tuple[str, ...] = ("logits",)

    def __init__(
        self, temperature: float = 1.0, straight_through: bool = False, **kwargs: Any
    ) -> None:
        check_positive(f"posteriors.{type(self).__name__}", temperature=temperature)
        super().__init__(**kwargs)
        self.straight_through = straight_through
        self.temperature = self.add_weight(
            name="temperature",
            shape=(),
            initializer=keras.initializers.Constant(temperature),
            dtype="float32",
            trainable=False,
            autocast=False,
        )

    def bind(self, context: Context) -> None:
        """Refuse objectives that weigh relaxed draws by discrete probabilities.

        Raises:
            ValueError: if the objective scores draws and these are not straight-through.
        """
        if context.objective.scores_draws and not self.straight_through:
            raise ValueError(
                f"The posterior {type(self).__name__} needs straight_through=True where the "
                "objective looks at the probability of a draw, which relaxed draws do not "
                f"have. Received: objective={type(context.objective).__name__}, "
                "straight_through=False"
            )

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`logits`, of the latent's shape."""
        return {"logits": tuple(latent_shape)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The logits' shape."""
        return tuple(shapes[0])


@register
class GumbelSoftmax(Relaxed):
    r"""Categorical posterior, drawn through the Gumbel-softmax relaxation in training.

    $$
    z_i = \frac{\exp((\log \pi_i + g_i) / \tau)}{\sum_j \exp((\log \pi_j + g_j) / \tau)} ,
    \quad g_i \sim \mathrm{Gumbel}(0, 1)
    $$

    Latents have the shape (variables, categories): one-hot vectors, or relaxed ones. `encode` gives
    the probabilities.

    Args:
        num_categories: int. Defaults to `10`.
        temperature: float > 0. Defaults to `1.0`.
        straight_through: bool, whether training too draws one-hot vectors, with the gradient of
            the relaxed ones. Defaults to `False`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[logits]`, (batch, variables, categories).

    Returns:
        `keras_vae.distributions.RelaxedOneHot` in training, else `OneHotCategorical`.

    Raises:
        ValueError: if an argument is not positive.

    References:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
    """

    def __init__(
        self,
        num_categories: int = 10,
        temperature: float = 1.0,
        straight_through: bool = False,
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.GumbelSoftmax", num_categories=num_categories)
        super().__init__(temperature, straight_through, **kwargs)
        self.num_categories = num_categories

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The logits' shape, (variables, categories).

        Raises:
            ValueError: if the last axis is not as long as there are categories.
        """
        shape = tuple(shapes[0])
        if len(shape) < 2 or shape[-1] != self.num_categories:
            raise ValueError(
                "The posterior GumbelSoftmax needs logits of shape (variables, "
                f"{self.num_categories}). Received: an encoder output of shape {shape}"
            )
        return shape

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        (logits,) = self.unpack(parameters)
        if not training:
            return distributions.OneHotCategorical(logits, event_ndim=self.event_ndim)
        return distributions.RelaxedOneHot(
            logits,
            ops.convert_to_tensor(self.temperature),
            self.straight_through,
            event_ndim=self.event_ndim,
        )


@register
class GumbelSigmoid(Relaxed):
    """Bernoulli posterior, drawn through the binary concrete relaxation in training.

    Latents are 0 or 1, or relaxed between. `encode` gives the probabilities of 1.

    Args:
        temperature: float > 0. Defaults to `1.0`.
        straight_through: bool, whether training too draws 0 or 1, with the gradient of the relaxed
            draws. Defaults to `False`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[logits]`, (batch, latent).

    Returns:
        `keras_vae.distributions.RelaxedBernoulli` in training, else `Bernoulli`.

    Raises:
        ValueError: if `temperature` is not positive.

    References:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
    """

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        (logits,) = self.unpack(parameters)
        if not training:
            return distributions.Bernoulli(logits, event_ndim=self.event_ndim)
        return distributions.RelaxedBernoulli(
            logits,
            ops.convert_to_tensor(self.temperature),
            self.straight_through,
            event_ndim=self.event_ndim,
        )
