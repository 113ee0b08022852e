"""Wasserstein autoencoder (Tolstikhin et al., 2017), arxiv.org/abs/1711.01558."""

from keras_vae import objectives
from keras_vae.models.paper import Paper, Parts


class WAE(Paper, family="matching"):
    """Autoencoder whose latents together look like the prior, by MMD.

    Without noise in the latents there is no log-likelihood.

    Args:
        weight: float >= 0, of the MMD. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.

    Reference: [Tolstikhin et al., 2017](https://arxiv.org/abs/1711.01558)

    >>> vae = keras_vae.models.WAE(x.shape[1:], latent_dim=4, hidden=(64,))
    """

    defaults = {"latent_dim": 8, "posterior": "deterministic", "likelihood": "normal"}
    fixes = {"objective": "the discrepancy of the latents is the idea of the paper"}

    def own_parts(self, weight: float = 10.0, kernel: str = "imq") -> Parts:
        return Parts(objective=objectives.WAE(weight, kernel))
