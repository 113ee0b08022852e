"""Sliced Wasserstein autoencoder (Kolouri et al., 2018), arxiv.org/abs/1804.01947."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class SlicedWAE(Paper, family="matching"):
    """Autoencoder whose latents together look like the prior, seen from many sides.

    Without noise in the latents there is no log-likelihood.

    Args:
        weight: float >= 0, of the distance. Defaults to `10.0`.
        num_projections: int, random directions at each step. Defaults to `50`.

    Reference: [Kolouri et al., 2018](https://arxiv.org/abs/1804.01947)

    >>> vae = keras_vae.models.SlicedWAE(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 8, "posterior": "deterministic", "likelihood": "normal"}
    fixes = {"objective": "the sliced distance is the idea of the paper"}

    def own_parts(self, weight: float = 10.0, num_projections: int = 50) -> Parts:
        return Parts(objective=objectives.SlicedWAE(weight, num_projections))
