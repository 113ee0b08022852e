"""Radial flow posterior (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from typing import Any

from keras_vae import flows
from keras_vae.posteriors.flow import FlowPosterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class Radial(FlowPosterior):
    """Normal posterior bent by radial steps, all of whose parameters the encoder gives.

    Args:
        num_flows: int, K, number of steps. Defaults to `10`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, center, alpha, beta]`, (batch, latent) twice,
            (batch, K, latent), and (batch, K) twice, or a dict with these names.

    Returns:
        `keras_vae.distributions.Transformed`.

    Reference:
        - [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770)
    """

    def __init__(
        self, num_flows: int = 10, log_var_range: tuple[float, float] = (-30.0, 20.0), **kwargs: Any
    ) -> None:
        super().__init__(num_flows, log_var_range, **kwargs)

    def step_shapes(self, latent_dim: int) -> dict[str, Shape]:
        """`center`, `alpha` and `beta` of every step."""
        scalars = (self.num_flows,)
        return {"center": (self.num_flows, latent_dim), "alpha": scalars, "beta": scalars}

    def flow(self, center: Tensor, alpha: Tensor, beta: Tensor) -> Any:
        """`keras_vae.flows.Chain` of radial steps."""
        steps = (
            flows.Radial(center[..., k, :], alpha[..., k], beta[..., k])
            for k in range(self.num_flows)
        )
        return flows.Chain(tuple(steps))
