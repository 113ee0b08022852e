"""Variational Renyi autoencoder (Li and Turner, 2016), arxiv.org/abs/1602.02311."""

from keras_vae import objectives
from keras_vae.models.importance_weighted import ImportanceWeightedPaper
from keras_vae.models.paper import Parts


class VRVAE(ImportanceWeightedPaper, family="importance-weighted"):
    """VAE trained on the variational Renyi bound.

    `alpha` goes from the importance weighted bound at 0 to the ELBO at 1.

    Args:
        alpha: float. Defaults to `0.5`.
        num_samples: int, draws of z for each example. Defaults to `50`.

    Reference: [Li and Turner, 2016](https://arxiv.org/abs/1602.02311)

    >>> vae = keras_vae.models.VRVAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
    >>> vae.objective.alpha
    0.5
    """

    def own_parts(self, alpha: float = 0.5, num_samples: int = 50) -> Parts:
        return Parts(objective=objectives.VR(alpha, num_samples))
