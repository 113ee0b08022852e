"""VAE with inverse autoregressive flows (Kingma et al., 2016), arxiv.org/abs/1606.04934."""

from keras_vae.models.paper import Paper, Parts, Shape
from keras_vae.posteriors import IAF


class IAFVAE(Paper, family="posterior-flows"):
    """VAE whose posterior is bent by inverse autoregressive flows.

    Args:
        num_flows: int, number of flows. Defaults to `4`.
        context_dim: int, length of the vector that the encoder gives the flows. Defaults to `64`.
        flow_hidden: tuple of int, widths of the layers in each flow's network. Defaults to
            `(128, 128)`.

    Reference: [Kingma et al., 2016](https://arxiv.org/abs/1606.04934)

    >>> vae = keras_vae.models.IAFVAE((8, 8), latent_dim=4, num_flows=2, hidden=(64,))
    >>> len(vae.posterior_layer.networks)
    2
    """

    defaults = {"latent_dim": 32}
    fixes = {"posterior": "the flow is the idea of the paper"}

    def own_parts(
        self, num_flows: int = 4, context_dim: int = 64, flow_hidden: Shape = (128, 128)
    ) -> Parts:
        return Parts(posterior=IAF(num_flows, context_dim, flow_hidden))
