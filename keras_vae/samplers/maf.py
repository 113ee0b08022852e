"""Masked autoregressive flow over latents (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from collections.abc import Callable, Sequence
from typing import Any

from keras_vae import priors
from keras_vae.priors.flow import FlowPrior
from keras_vae.samplers.flow import FlowSampler
from keras_vae.serialization import register


@register
class MAF(FlowSampler):
    """Masked autoregressive flow, `keras_vae.priors.MAF`, fitted after the model has trained.

    Densities take one pass of each network, and draws as many as there are latents. `fit` takes
    `epochs`, 20 by default, `batch_size`, 256, `optimizer`, `verbose` and others of Keras' `fit`.

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

    Example:

    >>> sampler = keras_vae.samplers.MAF(num_flows=2, hidden=(8,)).fit(vae, x, epochs=1, verbose=0)
    >>> sampler.log_prob(vae.encode(x)).shape
    (64,)
    """

    def __init__(
        self,
        num_flows: int = 5,
        hidden: Sequence[int] = (64, 64),
        activation: str | Callable = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_flows, hidden, activation, **kwargs)

    def make_prior(self) -> FlowPrior:
        return priors.MAF(self.num_flows, self.hidden, self.activation)
