"""Denoising autoencoder (Vincent et al., 2008), doi.org/10.1145/1390156.1390294."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.networks import Corrupted, Corruption
from keras_vae.objectives import Reconstruction


class DenoisingAutoencoder(Paper, family="autoencoders"):
    """Autoencoder that reconstructs examples from corrupted ones.

    The noise is on the encoder's input and in training alone.

    Args:
        noise: `"normal"` adds noise of deviation `level`, `"mask"` sets a share of `level` of the
            elements to zero. Defaults to `"normal"`.
        level: float >= 0; below 1 for `"mask"`. Defaults to `0.3`.

    Reference: [Vincent et al., 2008](https://doi.org/10.1145/1390156.1390294)

    >>> vae = keras_vae.models.DenoisingAutoencoder(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 8, "likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "nothing but the reconstruction is learned",
    }

    def own_parts(self, noise: str = "normal", level: float = 0.3, *, seed: int | None) -> Parts:
        corruption = Corruption(noise, level, seed, dtype="float32")
        return Parts(
            posterior="deterministic",
            objective=Reconstruction(),
            adapt=lambda network: Corrupted(network, corruption),
        )
