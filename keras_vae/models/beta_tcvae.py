"""beta-TCVAE (Chen et al., 2018), arxiv.org/abs/1802.04942."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class BetaTCVAE(Paper, family="disentangled"):
    """VAE whose total correlation weighs `beta`: it asks for independent latents.

    The KL is taken apart into mutual information, total correlation and the rest, so that, unlike
    in `BetaVAE`, latents may keep their information on x.

    Args:
        alpha: float >= 0, weight of the mutual information. Defaults to `1.0`.
        beta: float >= 0, weight of the total correlation. Defaults to `6.0`.
        gamma: float >= 0, weight of the dimension-wise KL. Defaults to `1.0`.
        num_data: int, examples in the training set. Defaults to `None`: as many as `fit` is given.
        estimator: `"mss"` or `"mws"`, see `keras_vae.objectives.BetaTCVAE`. Defaults to `"mss"`.

    Reference: [Chen et al., 2018](https://arxiv.org/abs/1802.04942)

    >>> vae = keras_vae.models.BetaTCVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> [name for name in history.history if name.startswith("total")]
    ['total_correlation']
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "the parts of the KL are the idea of the paper"}

    def own_parts(
        self,
        alpha: float = 1.0,
        beta: float = 6.0,
        gamma: float = 1.0,
        num_data: int | None = None,
        estimator: str = "mss",
    ) -> Parts:
        return Parts(objective=objectives.BetaTCVAE(alpha, beta, gamma, num_data, estimator))
