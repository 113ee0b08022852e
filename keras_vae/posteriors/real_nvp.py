"""RealNVP posterior (Dinh et al., 2016), arxiv.org/abs/1605.08803."""

from typing import Any

from keras_vae import flows
from keras_vae.parts import check_count
from keras_vae.posteriors.flow import FlowPosterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class RealNVP(FlowPosterior):
    """Normal posterior, whose draws pass through affine couplings with a context.

    The networks are the posterior's; the encoder gives them a context vector. The latents' order is
    reversed between the couplings.

    Args:
        num_flows: int, number of couplings. Defaults to `8`.
        context_dim: int, length of the context vector. Defaults to `64`.
        hidden: tuple of int, widths of the hidden layers in each network. Defaults to `(64, 64)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, context]`, (batch, latent) twice and (batch, context_dim), or a
            dict with these names.

    Returns:
        `keras_vae.distributions.Transformed`, with a `log_prob` of any latents.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803)
    """

    def __init__(
        self,
        num_flows: int = 8,
        context_dim: int = 64,
        hidden: Shape = (64, 64),
        activation: Any = "relu",
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.RealNVP", context_dim=context_dim)
        super().__init__(num_flows, log_var_range, **kwargs)
        self.context_dim = context_dim
        self.hidden = hidden
        self.activation = activation

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.networks = flows.coupling_networks(
            self.num_flows,
            *self.event_shape,
            hidden=self.hidden,
            context_size=self.context_dim,
            activation=self.activation,
        )

    def step_shapes(self, latent_dim: int) -> dict[str, Shape]:
        """`context`, for all couplings."""
        return {"context": (self.context_dim,)}

    def flow(self, context: Tensor) -> Any:
        """`keras_vae.flows.Chain` of couplings and reversals."""
        return flows.with_reversals(
            flows.AffineCoupling(network, context) for network in self.networks
        )
