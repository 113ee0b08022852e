"""VAE with a VampPrior (Tomczak and Welling, 2018), arxiv.org/abs/1705.07120."""

from keras_vae import networks
from keras_vae.models.paper import Paper, Parts
from keras_vae.priors import Vamp


class VampVAE(Paper, family="priors"):
    """Gated, fully connected VAE with a VampPrior, as in its paper.

    Args:
        num_components: int, pseudo-inputs of the prior. Defaults to `500`.

    Reference: [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)

    >>> vae = keras_vae.models.VampVAE(x.shape[1:], 4, num_components=20, hidden=(32,), seed=0)
    >>> vae.prior_layer.start_from(x[:20])
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.generate(5, seed=0).shape
    (5, 8, 8)
    """

    defaults = {"latent_dim": 40, "network": networks.Gated((300, 300))}
    fixes = {"prior": "the mixture of posteriors is the idea of the paper"}

    def own_parts(self, num_components: int = 500, *, seed: int | None) -> Parts:
        return Parts(prior=Vamp(num_components, seed=seed))
