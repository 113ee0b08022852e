"""RealNVP prior (Dinh et al., 2016), arxiv.org/abs/1605.08803."""

from typing import Any

import keras

from keras_vae import flows
from keras_vae.priors.flow import FlowPrior
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class RealNVP(FlowPrior):
    """Standard normal noise passed through affine couplings, learned with the model.

    Densities and draws both take one pass. The latents' order is reversed between the couplings.

    Args:
        num_flows: int, number of couplings. Defaults to `8`.
        hidden: tuple of int, widths of the hidden layers in each coupling's network. Defaults to
            `(64, 64)`.
        activation: name or function, of these layers. Defaults to `"relu"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803)
        - [Xu et al., 2019](https://arxiv.org/abs/1905.13452), as the prior of a VAE
    """

    def __init__(
        self, num_flows: int = 8, hidden: Shape = (64, 64), activation: Any = "relu", **kwargs: Any
    ) -> None:
        super().__init__(num_flows, hidden, activation, **kwargs)

    def make_networks(self, *args: Any, **kwargs: Any) -> list[keras.Model]:
        return flows.coupling_networks(*args, **kwargs)

    def flow(self) -> Any:
        """`keras_vae.flows.Chain` of couplings and reversals."""
        return flows.with_reversals(map(flows.AffineCoupling, self.networks))
