"""VAE with an autoregressive flow prior (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from typing import Unpack

from keras_vae import priors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class MAFPriorVAE(Paper):
    """VAE with a masked autoregressive flow as its prior, learned together with it.

    Args:
        num_flows: int, number of the prior's steps. Defaults to `5`.
        flow_hidden: tuple of int, widths of the layers in each step's network. Defaults to
            `(64, 64)`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Papamakarios et al., 2017](https://arxiv.org/abs/1705.07057), the flow
        - [Chen et al., 2016](https://arxiv.org/abs/1611.02731), such a flow as the prior of a VAE

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.MAFPriorVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.prior_layer.num_flows
    2
    """

    family = "priors"
    fixes = {"prior": "the flow is the idea of the model"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        num_flows: int = 5,
        flow_hidden: Shape = (64, 64),
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape, latent_dim, fixed={"prior": priors.MAF(num_flows, flow_hidden)}, **kwargs
        )
