"""VAE with Sylvester flows (van den Berg et al., 2018), arxiv.org/abs/1803.05649."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.posteriors import Sylvester


class SylvesterVAE(Paper, family="posterior-flows"):
    """VAE whose posterior is bent by Sylvester flows that the encoder gives.

    Args:
        kind: `"orthogonal"`, `"householder"` or `"triangular"`, see `posteriors.Sylvester`.
            Defaults to `"orthogonal"`.
        num_flows: int, number of flows. Defaults to `4`.
        num_vectors: int, of the first two kinds: columns, at most `latent_dim`, or reflections.
            Defaults to `8`.

    Reference: [van den Berg et al., 2018](https://arxiv.org/abs/1803.05649)

    >>> vae = keras_vae.models.SylvesterVAE((8, 8), latent_dim=4, kind="householder", hidden=(64,))
    >>> vae.posterior_layer.kind
    'householder'
    """

    defaults = {"latent_dim": 32}
    fixes = {"posterior": "the flow is the idea of the paper"}

    def own_parts(
        self, kind: str = "orthogonal", num_flows: int = 4, num_vectors: int = 8
    ) -> Parts:
        return Parts(posterior=Sylvester(kind, num_flows, num_vectors))
