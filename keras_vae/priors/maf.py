"""Masked autoregressive flow prior (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from typing import Any

import keras

from keras_vae import flows
from keras_vae.priors.flow import FlowPrior
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class MAF(FlowPrior):
    """Standard normal noise passed through autoregressive steps, learned with the model.

    Densities take one pass of each network, and draws as many as there are latents. The latents'
    order is reversed between the steps.

    Args:
        num_flows: int, number of steps. Defaults to `5`.
        hidden: tuple of int, widths of the hidden layers in each step's network. Defaults to
            `(64, 64)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Papamakarios et al., 2017](https://arxiv.org/abs/1705.07057)
    """

    def __init__(
        self, num_flows: int = 5, hidden: Shape = (64, 64), activation: Any = "relu", **kwargs: Any
    ) -> None:
        super().__init__(num_flows, hidden, activation, **kwargs)

    def make_networks(self, *args: Any, **kwargs: Any) -> list[keras.Model]:
        return flows.autoregressive_networks(*args, **kwargs)

    def flow(self) -> Any:
        """`keras_vae.flows.Chain` of masked autoregressive steps and reversals."""
        return flows.with_reversals(map(flows.MaskedAutoregressive, self.networks))
