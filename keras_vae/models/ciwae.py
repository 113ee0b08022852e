"""Autoencoder of a combination of two bounds (Rainforth et al., 2018)."""

from keras_vae import objectives
from keras_vae.models.importance_weighted import ImportanceWeightedPaper
from keras_vae.models.paper import Parts


class CIWAE(ImportanceWeightedPaper, family="importance-weighted"):
    """VAE trained on a mix of the ELBO and the importance weighted bound.

    The ELBO's share keeps the encoder's gradient above its noise.

    Args:
        num_samples: int, draws of z for each example. Defaults to `64`.
        beta: float in [0, 1], the ELBO's share. Defaults to `0.5`.

    Reference: [Rainforth et al., 2018](https://arxiv.org/abs/1802.04537)

    >>> vae = keras_vae.models.CIWAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
    >>> vae.objective.num_samples
    5
    """

    def own_parts(self, num_samples: int = 64, beta: float = 0.5) -> Parts:
        return Parts(objective=objectives.CIWAE(num_samples, beta))
