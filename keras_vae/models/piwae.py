"""Partially importance weighted autoencoder (Rainforth et al., 2018)."""

from keras_vae import objectives
from keras_vae.models.importance_weighted import ImportanceWeightedPaper
from keras_vae.models.paper import Parts


class PIWAE(ImportanceWeightedPaper, family="importance-weighted"):
    """VAE whose decoder follows one tight bound and whose encoder follows many.

    The decoder's gradient is that of `IWAE` with all draws, the encoder's that of `MIWAE`.

    Args:
        num_estimates: int, bounds that the encoder follows. Defaults to `8`.
        num_samples: int, draws of each of them. Defaults to `8`.

    Reference: [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    >>> vae = keras_vae.models.PIWAE(x.shape[1:], latent_dim=4, num_samples=2, hidden=(64,))
    >>> vae.objective.num_estimates
    8
    """

    def own_parts(self, num_estimates: int = 8, num_samples: int = 8) -> Parts:
        return Parts(objective=objectives.PIWAE(num_estimates, num_samples))
