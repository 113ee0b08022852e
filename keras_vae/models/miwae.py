"""Autoencoder of a mean of importance weighted bounds (Rainforth et al., 2018)."""

from keras_vae import objectives
from keras_vae.models.importance_weighted import ImportanceWeightedPaper
from keras_vae.models.paper import Parts


class MIWAE(ImportanceWeightedPaper, family="importance-weighted"):
    """VAE trained on the mean of several importance weighted bounds.

    Of the same number of draws as an `IWAE`, it makes a looser bound whose encoder learns with less
    noise. Not the model for missing data of the same name (Mattei and Frellsen, 2019).

    Args:
        num_estimates: int, bounds that are averaged. Defaults to `8`.
        num_samples: int, draws of each bound. Defaults to `8`.

    Reference: [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    >>> vae = keras_vae.models.MIWAE(x.shape[1:], latent_dim=4, num_samples=2, hidden=(64,))
    >>> vae.objective.num_estimates
    8
    """

    def own_parts(self, num_estimates: int = 8, num_samples: int = 8) -> Parts:
        return Parts(objective=objectives.MIWAE(num_estimates, num_samples))
