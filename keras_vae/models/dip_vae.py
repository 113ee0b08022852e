"""DIP-VAE (Kumar et al., 2018), arxiv.org/abs/1711.00848."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class DIPVAE(Paper, family="disentangled"):
    """VAE whose latents' covariance is drawn to the identity.

    Kind 1 looks at the covariance of the posteriors' means, kind 2 at that of their draws.

    Args:
        kind: 1 or 2. Defaults to `1`.
        off_diagonal: float >= 0, weight of the squared covariances. Defaults to `10.0`.
        diagonal: float >= 0, weight of the variances' squared distances from one. Defaults to
            `None`: ten times `off_diagonal` for kind 1, the same for kind 2.

    Reference: [Kumar et al., 2018](https://arxiv.org/abs/1711.00848)

    >>> vae = keras_vae.models.DIPVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 10}
    fixes = {"objective": "the penalty of the covariance is the idea of the paper"}

    def own_parts(
        self, kind: int = 1, off_diagonal: float = 10.0, diagonal: float | None = None
    ) -> Parts:
        return Parts(objective=objectives.DIPVAE(kind, off_diagonal, diagonal))
