"""Planar flow posterior (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from typing import Any

from keras_vae import flows
from keras_vae.posteriors.flow import FlowPosterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class Planar(FlowPosterior):
    """Normal posterior bent by planar steps, all of whose parameters the encoder gives.

    Args:
        num_flows: int, K, number of steps. Defaults to `10`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, u, w, b]`, (batch, latent) twice, (batch, K, latent) twice, and
            (batch, K), or a dict with these names.

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
        """`u`, `w` and `b` of every step."""
        vectors = (self.num_flows, latent_dim)
        return {"u": vectors, "w": vectors, "b": (self.num_flows,)}

    def flow(self, u: Tensor, w: Tensor, b: Tensor) -> Any:
        """`keras_vae.flows.Chain` of planar steps."""
        steps = (flows.Planar(u[..., k, :], w[..., k, :], b[..., k]) for k in range(self.num_flows))
        return flows.Chain(tuple(steps))
