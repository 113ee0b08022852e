"""VAE with an autoregressive flow prior (Papamakarios et al., 2017), arxiv.org/abs/1705.07057."""

from keras_vae.models.paper import Paper, Parts, Shape
from keras_vae.priors import MAF


class MAFPriorVAE(Paper, family="priors"):
    """VAE with a masked autoregressive flow as its prior, learned together with it.

    Args:
        num_flows: int, number of the prior's steps. Defaults to `5`.
        flow_hidden: tuple of int, widths of the layers in each step's network. Defaults to
            `(64, 64)`.

    References:
        - [Papamakarios et al., 2017](https://arxiv.org/abs/1705.07057), the flow
        - [Chen et al., 2016](https://arxiv.org/abs/1611.02731), such a flow as the prior of a VAE

    >>> vae = keras_vae.models.MAFPriorVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> vae.prior_layer.num_flows
    2
    """

    defaults = {"latent_dim": 32}
    fixes = {"prior": "the flow is the idea of the model"}

    def own_parts(self, num_flows: int = 5, flow_hidden: Shape = (64, 64)) -> Parts:
        return Parts(prior=MAF(num_flows, flow_hidden))
