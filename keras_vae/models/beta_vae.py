"""beta-VAE (Higgins et al., 2017), openreview.net/forum?id=Sy2fzU9gl."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.objectives import ELBO


class BetaVAE(Paper, family="disentangled"):
    """VAE whose KL weighs `beta`: above 1 it asks for disentangled latents.

    `beta` weighs sums: the KL summed over latents against the reconstruction summed over data.

    Args:
        beta: float >= 0. Defaults to `4.0`.

    Reference: [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)

    >>> vae = keras_vae.models.BetaVAE(x.shape[1:], latent_dim=4, beta=4.0, hidden=(64,))
    >>> float(vae.objective.kl_weight)
    4.0
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "`beta` weighs its KL"}

    def own_parts(self, beta: float = 4.0) -> Parts:
        return Parts(objective=ELBO(beta=beta))
