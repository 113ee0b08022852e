"""VAE with a RealNVP prior (Xu et al., 2019), arxiv.org/abs/1905.13452."""

from typing import Unpack

from keras_vae import priors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class RealNVPPriorVAE(Paper):
    """VAE with a RealNVP as its prior, learned together with it.

    Args:
        num_flows: int, number of the prior's couplings. Defaults to `8`.
        flow_hidden: tuple of int, widths of the layers in each coupling's network. Defaults to
            `(64, 64)`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803), the flow
        - [Xu et al., 2019](https://arxiv.org/abs/1905.13452), as the prior of a VAE

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.RealNVPPriorVAE((8, 8), latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.prior_layer.num_flows
    4
    """

    family = "priors"
    fixes = {"prior": "the flow is the idea of the model"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        num_flows: int = 8,
        flow_hidden: Shape = (64, 64),
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"prior": priors.RealNVP(num_flows, flow_hidden)},
            **kwargs,
        )
