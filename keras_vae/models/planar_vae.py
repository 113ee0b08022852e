"""VAE with planar flows (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class PlanarVAE(Paper):
    """VAE whose posterior is bent by planar flows that the encoder parametrises.

    Args:
        num_flows: int, number of flows. Defaults to `10`.

    Raises:
        ValueError: if `num_flows` is no integer >= 1.

    Reference:
        - [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.PlanarVAE(x.shape[1:], latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.posterior_layer.num_flows
    4
    """

    family = "posterior-flows"
    fixes = {"posterior": "the flow is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 32,
        num_flows: int = 10,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape, latent_dim, fixed={"posterior": posteriors.Planar(num_flows)}, **kwargs
        )
