"""VampPrior (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from typing import Any

import keras
from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.parts import check_count
from keras_vae.posteriors import Normal
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import ArrayLike, Shape, Tensor


@register
class Vamp(Prior):
    r"""Mixture of the posterior itself at learned pseudo-inputs, with equal weights.

    $$
    p(z) = \frac{1}{K} \sum_{k=1}^{K} q(z|u_k)
    $$

    p(z) = 1/K sum_k q(z|u_k): the encoder is part of the prior, and the pseudo-inputs u_k are
    trained with the model. Where the likelihood has its support in [0, 1], they pass through a
    sigmoid. The authors' code cuts them off at 0 and 1 and starts them below 0, where they have no
    gradient.

    Its KL from a posterior has no closed form; the objective estimates it at the drawn latent.

    Args:
        num_components: int, K. Defaults to `500`.
        seed: int, of the initial pseudo-inputs. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `num_components` is not a positive integer; in a model, if its
            posterior is not normal or if it is conditional.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)
    """

    def __init__(self, num_components: int = 500, seed: int | None = None, **kwargs: Any) -> None:
        check_count("priors.Vamp", num_components=num_components)
        super().__init__(**kwargs)
        self.num_components = num_components
        self.seed = seed

    def bind(self, context: Context) -> None:
        """Learn the encoder and the shape of the data."""
        if not isinstance(context.posterior, Normal) or context.condition_shape is not None:
            raise ValueError(
                "priors.Vamp needs a normal posterior and a model without condition. Received: "
                f"posterior={context.posterior!r}, condition_shape={context.condition_shape}"
            )
        self.encode = context.encode
        self.data_shape = context.data_shape
        self.in_unit_interval = context.likelihood.support == (0.0, 1.0)

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.raw_inputs = self.float32_weight(
            "pseudo_inputs",
            (self.num_components, *self.data_shape),
            keras.initializers.RandomNormal(stddev=1.0, seed=self.seed),
        )

    def pseudo_inputs(self) -> Tensor:
        """The pseudo-inputs as the encoder sees them, (components, event)."""
        raw = ops.convert_to_tensor(self.raw_inputs)
        return ops.sigmoid(raw) if self.in_unit_interval else raw

    def start_from(self, x: ArrayLike) -> None:
        """Set the pseudo-inputs to examples, before training.

        Args:
            x: array (num_components, event); values of 0 and 1 are drawn in by 0.01.

        Raises:
            ValueError: if there are not `num_components` examples of the data's shape.
        """
        x = ops.convert_to_tensor(x, dtype="float32")
        if tuple(x.shape) != tuple(self.raw_inputs.shape):
            raise ValueError(
                f"priors.Vamp needs examples of shape {tuple(self.raw_inputs.shape)}. "
                f"Received: x of shape {tuple(x.shape)}"
            )
        if self.in_unit_interval:
            x = ops.clip(x, 0.01, 0.99)
            x = ops.log(x) - ops.log1p(-x)
        self.raw_inputs.assign(x)

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Mixture` of the posteriors at the pseudo-inputs."""
        q = self.encode(self.pseudo_inputs())
        components = distributions.Normal(
            q.mean, q.log_var + log_square(temperature), event_ndim=self.event_ndim
        )
        logits = ops.zeros((self.num_components,), dtype="float32")
        return distributions.Mixture(logits, components, event_ndim=self.event_ndim)
