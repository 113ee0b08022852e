"""Autoencoder (Hinton and Salakhutdinov, 2006), doi.org/10.1126/science.1127647."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.objectives import Reconstruction


class Autoencoder(Paper, family="autoencoders"):
    """Autoencoder: codes without noise, and nothing that ties them to the prior.

    So `generate`, which decodes draws of the prior, gives what no code looks like.

    Args:
        l2: float >= 0, weight of the codes' squares. Defaults to `0.0`.

    Reference: [Hinton and Salakhutdinov, 2006](https://doi.org/10.1126/science.1127647)

    >>> vae = keras_vae.models.Autoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 8, "likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "nothing but the reconstruction is learned",
    }

    def own_parts(self, l2: float = 0.0) -> Parts:
        return Parts(posterior="deterministic", objective=Reconstruction(l2))
