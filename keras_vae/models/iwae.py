"""Importance weighted autoencoder (Burda et al., 2015), arxiv.org/abs/1509.00519."""

from keras_vae import objectives
from keras_vae.models.importance_weighted import ImportanceWeightedPaper
from keras_vae.models.paper import Parts


class IWAE(ImportanceWeightedPaper, family="importance-weighted"):
    """VAE trained on the importance weighted bound of many draws.

    The bound is tighter than the ELBO, and the true posterior need not be as simple as the family
    that the draws come from.

    Args:
        num_samples: int, draws of z for each example. Defaults to `50`.
        gradient: `"standard"`, `"stl"` or `"dreg"`, how the encoder's gradient is estimated: see
            `keras_vae.objectives.IWAE`. Defaults to `"standard"`, the paper's.

    References:
        - [Burda et al., 2015](https://arxiv.org/abs/1509.00519)
        - [Tucker et al., 2018](https://arxiv.org/abs/1810.04152), `"dreg"`

    >>> vae = keras_vae.models.IWAE(x.shape[1:], latent_dim=4, num_samples=5, hidden=(64,))
    >>> vae.objective.num_samples
    5
    """

    def own_parts(self, num_samples: int = 50, gradient: str = "standard") -> Parts:
        return Parts(objective=objectives.IWAE(num_samples, gradient))
