"""InfoVAE (Zhao et al., 2017), arxiv.org/abs/1706.02262."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class InfoVAE(Paper, family="matching"):
    """VAE that matches the aggregate of its posteriors with the prior.

    `alpha=1` is the MMD-VAE, without KL; `alpha=0`, `lambd=1` is the ELBO.

    Args:
        alpha: float <= 1, the KL weighs 1 - alpha. Defaults to `0.0`.
        lambd: float >= 1 - alpha, the MMD weighs alpha + lambd - 1. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.

    Reference: [Zhao et al., 2017](https://arxiv.org/abs/1706.02262)

    >>> vae = keras_vae.models.InfoVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "the discrepancy of the latents is the idea of the paper"}

    def own_parts(self, alpha: float = 0.0, lambd: float = 10.0, kernel: str = "imq") -> Parts:
        return Parts(objective=objectives.InfoVAE(alpha, lambd, kernel))
