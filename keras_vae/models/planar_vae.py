"""VAE with planar flows (Rezende and Mohamed, 2015), arxiv.org/abs/1505.05770."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.posteriors import Planar


class PlanarVAE(Paper, family="posterior-flows"):
    """VAE whose posterior is bent by planar flows that the encoder parametrises.

    Args:
        num_flows: int, number of flows. Defaults to `10`.

    Reference: [Rezende and Mohamed, 2015](https://arxiv.org/abs/1505.05770)

    >>> vae = keras_vae.models.PlanarVAE(x.shape[1:], latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.posterior_layer.num_flows
    4
    """

    defaults = {"latent_dim": 32}
    fixes = {"posterior": "the flow is the idea of the paper"}

    def own_parts(self, num_flows: int = 10) -> Parts:
        return Parts(posterior=Planar(num_flows))
