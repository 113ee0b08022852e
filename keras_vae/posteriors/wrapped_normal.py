"""Wrapped normal posterior (Mathieu et al., 2019), arxiv.org/abs/1901.06033."""

from collections.abc import Sequence
from typing import Any

from keras import ops

from keras_vae import distributions
from keras_vae.context import Context
from keras_vae.distributions import Distribution
from keras_vae.distributions.poincare import geodesic
from keras_vae.parts import check_positive, check_range
from keras_vae.posteriors.bounds import bounded
from keras_vae.posteriors.posterior import Posterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class WrappedNormal(Posterior):
    """Wrapped normal posterior on the Poincaré ball of curvature -c.

    Latents are points of the ball with radius 1 / sqrt(c). The encoder gives the mean in normal
    coordinates around the origin, any real numbers.

    Args:
        curvature: float > 0, c. Defaults to `1.0`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 4.0)`: a deviation of e^2 already reaches the boundary in float32.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[tangent_mean, log_var]`, each (batch, latent), or a dict with these names.

    Returns:
        `keras_vae.distributions.WrappedNormal`.

    Raises:
        ValueError: if `curvature` is not positive or `log_var_range` is not an increasing pair.

    References:
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
        - [Nagano et al., 2019](https://arxiv.org/abs/1902.02992)
    """

    parameter_names = ("tangent_mean", "log_var")

    def __init__(
        self,
        curvature: float = 1.0,
        log_var_range: tuple[float, float] = (-30.0, 4.0),
        **kwargs: Any,
    ) -> None:
        check_positive("posteriors.WrappedNormal", curvature=curvature)
        check_range("posteriors.WrappedNormal", log_var_range=log_var_range)
        super().__init__(**kwargs)
        self.curvature = curvature
        self.log_var_range = log_var_range

    def parameter_shapes(self, latent_shape: Shape) -> dict[str, Shape]:
        """`tangent_mean` and `log_var`, each of the latent's shape."""
        return {name: tuple(latent_shape) for name in self.parameter_names}

    def latent_shape(self, shapes: Sequence[Shape]) -> Shape:
        """The mean's shape.

        Raises:
            ValueError: if the two outputs are not vectors of one length.
        """
        mean, log_var = (tuple(shape) for shape in shapes)
        if mean != log_var or len(mean) != 1:
            raise ValueError(
                "The posterior WrappedNormal needs tangent_mean and log_var as vectors of one "
                f"length. Received: encoder outputs of shapes {mean} and {log_var}"
            )
        return mean

    def bind(self, context: Context) -> None:
        """Check that the prior lives on the same ball.

        Raises:
            ValueError: if it has another curvature, or none.
        """
        curvature = context.prior.curvature
        if curvature != self.curvature:
            raise ValueError(
                "The posterior WrappedNormal needs the prior WrappedNormal of the same curvature. "
                f"Received: curvature={self.curvature} and a prior {type(context.prior).__name__}"
                f" with curvature={curvature}"
            )

    def path(self, start: Tensor, stop: Tensor, fraction: Tensor) -> Tensor:
        """Points on the geodesic of the ball between latents, (..., latent)."""
        return geodesic(start, stop, fraction, self.curvature)

    def call(self, parameters: Any, training: bool = False) -> Distribution:
        tangent_mean, log_var = self.unpack(parameters)
        origin = ops.zeros_like(tangent_mean)
        return distributions.WrappedNormal(
            distributions.exp_map(origin, tangent_mean, self.curvature),
            bounded(log_var, *self.log_var_range),
            self.curvature,
        )
