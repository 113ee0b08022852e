"""Normal posterior that cannot collapse (Razavi et al., 2019), arxiv.org/abs/1901.03416."""

import math
from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.parts import check_positive, check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape

#: keeps the root's slope finite where the variance alone makes the rate
_EDGE = 1e-6


@register
class DeltaNormal(Posterior):
    """Normal posterior whose KL from the standard normal prior is never below `min_rate`.

    Each latent element keeps its share of the rate: for the variance that the encoder gives, the
    mean is at least so large, in absolute value, that the element's KL is no less.

    Args:
        min_rate: float > 0, least KL in nats, of the whole latent. Defaults to `1.0`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var]`, each (batch, latent), or a dict with these names; the mean is
            what the least one is added to, after a softplus.

    Returns:
        `keras_vae.distributions.Normal`.

    Raises:
        ValueError: if `min_rate` is not positive, or `log_var_range` is not an increasing pair;
            when the model is made, if its prior is not the standard normal.

    Reference:
        - [Razavi et al., 2019](https://arxiv.org/abs/1901.03416), the independent delta-VAE; they
          bound the variance too, and take max(0, mean), which learns nothing below zero
    """

    parameter_names = ("mean", "log_var")

    def __init__(
        self,
        min_rate: float = 1.0,
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_positive("posteriors.DeltaNormal", min_rate=min_rate)
        check_range("posteriors.DeltaNormal", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.min_rate = min_rate
        self.log_var_range = log_var_range

    def bind(self, context: Context) -> None:
        if not context.prior.is_standard_normal:
            raise ValueError(
                "posteriors.DeltaNormal keeps its rate from the prior StandardNormal alone. "
                f"Received: prior={type(context.prior).__name__}"
            )

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`mean` and `log_var`, each of the latent's shape."""
        return {"mean": tuple(latent_shape), "log_var": tuple(latent_shape)}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean's shape.

        Raises:
            ValueError: if the encoder's two outputs differ in shape.
        """
        mean, log_var = (tuple(shape) for shape in shapes)
        if mean != log_var:
            raise ValueError(
                "The posterior DeltaNormal needs mean and log_var of one shape. "
                f"Received: encoder outputs of shapes {mean} and {log_var}"
            )
        return mean

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        mean, log_var = self.unpack(parameters)
        log_var = bounded(log_var, *self.log_var_range)
        share = self.min_rate / math.prod(self.event_shape)
        # KL = (mean^2 + exp(log_var) - 1 - log_var) / 2 in each element. Where the variance alone
        # reaches the rate, the mean is free.
        missing = 2.0 * share - (ops.expm1(log_var) - log_var)
        least = ops.sqrt(ops.maximum(missing, 0.0) + _EDGE)
        return distributions.Normal(least + ops.softplus(mean), log_var, event_ndim=self.event_ndim)
