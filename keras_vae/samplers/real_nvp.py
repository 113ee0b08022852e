"""RealNVP over latents (Dinh et al., 2016), arxiv.org/abs/1605.08803."""

from collections.abc import Callable, Sequence
from typing import Any

from keras_vae import priors
from keras_vae.priors.flow import FlowPrior
from keras_vae.samplers.flow import FlowSampler
from keras_vae.serialization import register


@register
class RealNVP(FlowSampler):
    """RealNVP, `keras_vae.priors.RealNVP`, fitted after the model has trained.

    Densities and draws both take one pass. `fit` takes `epochs`, 20 by default, `batch_size`, 256,
    `optimizer`, `verbose` and others of Keras' `fit`.

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

    Example:

    >>> sampler = keras_vae.samplers.RealNVP(num_flows=2, hidden=(8,))
    >>> vae.sampler = sampler.fit(vae, x, epochs=1, verbose=0)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    def __init__(
        self,
        num_flows: int = 8,
        hidden: Sequence[int] = (64, 64),
        activation: str | Callable = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(num_flows, hidden, activation, **kwargs)

    def make_prior(self) -> FlowPrior:
        return priors.RealNVP(self.num_flows, self.hidden, self.activation)
