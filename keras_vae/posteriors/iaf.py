"""Inverse autoregressive flow posterior (Kingma et al., 2016), arxiv.org/abs/1606.04934."""

from typing import Any

from keras_vae import flows
from keras_vae.parts import check_count
from keras_vae.posteriors.flow import FlowPosterior
from keras_vae.serialization import register
from keras_vae.typing import Shape, Tensor


@register
class IAF(FlowPosterior):
    """Normal posterior, whose draws pass through gated autoregressive networks with a context.

    The networks are the posterior's; the encoder gives them a context vector. The latents' order is
    reversed between the steps.

    Args:
        num_flows: int, number of steps. Defaults to `4`.
        context_dim: int, length of the context vector. Defaults to `64`.
        hidden: tuple of int, widths of the hidden layers in each network. Defaults to `(128, 128)`.
        activation: name or function, of these layers. Defaults to `"elu"`.
        log_var_range: pair of float, bounds of the log-variance. Defaults to
            `(-30.0, 20.0)`.
        **kwargs: passed to `keras.layers.Layer`.

    Call arguments:
        parameters: `[mean, log_var, context]`, (batch, latent) twice and (batch, context_dim), or a
            dict with these names.

    Returns:
        `keras_vae.distributions.Transformed`, with a `log_prob` of any latents: as many passes of
        each network as there are latents.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934)
    """

    def __init__(
        self,
        num_flows: int = 4,
        context_dim: int = 64,
        hidden: Shape = (128, 128),
        activation: Any = "elu",
        log_var_range: tuple[float, float] = (-30.0, 20.0),
        **kwargs: Any,
    ) -> None:
        check_count("posteriors.IAF", context_dim=context_dim)
        super().__init__(num_flows, log_var_range, **kwargs)
        self.context_dim = context_dim
        self.hidden = hidden
        self.activation = activation

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.networks = flows.autoregressive_networks(
            self.num_flows,
            *self.event_shape,
            hidden=self.hidden,
            context_size=self.context_dim,
            activation=self.activation,
        )

    def step_shapes(self, latent_dim: int) -> dict[str, Shape]:
        """`context`, for all steps."""
        return {"context": (self.context_dim,)}

    def flow(self, context: Tensor) -> Any:
        """`keras_vae.flows.Chain` of inverse autoregressive steps and reversals."""
        return flows.with_reversals(
            flows.InverseAutoregressive(network, context) for network in self.networks
        )
