"""VAE with a RealNVP prior (Xu et al., 2019), arxiv.org/abs/1905.13452."""

from keras_vae.models.paper import Paper, Parts, Shape
from keras_vae.priors import RealNVP


class RealNVPPriorVAE(Paper, family="priors"):
    """VAE with a RealNVP as its prior, learned together with it.

    Args:
        num_flows: int, number of the prior's couplings. Defaults to `8`.
        flow_hidden: tuple of int, widths of the layers in each coupling's network. Defaults to
            `(64, 64)`.

    References:
        - [Dinh et al., 2016](https://arxiv.org/abs/1605.08803), the flow
        - [Xu et al., 2019](https://arxiv.org/abs/1905.13452), as the prior of a VAE

    >>> vae = keras_vae.models.RealNVPPriorVAE((8, 8), latent_dim=4, num_flows=4, hidden=(64,))
    >>> vae.prior_layer.num_flows
    4
    """

    defaults = {"latent_dim": 32}
    fixes = {"prior": "the flow is the idea of the model"}

    def own_parts(self, num_flows: int = 8, flow_hidden: Shape = (64, 64)) -> Parts:
        return Parts(prior=RealNVP(num_flows, flow_hidden))
