"""VAE with inverse autoregressive flows (Kingma et al., 2016), arxiv.org/abs/1606.04934."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class IAFVAE(Paper):
    """VAE whose posterior is bent by inverse autoregressive flows.

    Args:
        num_flows: int, number of flows. Defaults to `4`.
        context_dim: int, length of the vector that the encoder gives the flows. Defaults to `64`.
        flow_hidden: tuple of int, widths of the layers in each flow's network. Defaults to
            `(128, 128)`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Kingma et al., 2016](https://arxiv.org/abs/1606.04934)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.IAFVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> len(vae.posterior_layer.networks)
    2
    """

    family = "posterior-flows"
    fixes = {"posterior": "the flow is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        num_flows: int = 4,
        context_dim: int = 64,
        flow_hidden: Shape = (128, 128),
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"posterior": posteriors.IAF(num_flows, context_dim, flow_hidden)},
            **kwargs,
        )
