"""Sparse autoencoder (Ng, 2011)."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.objectives import Reconstruction, SparseReconstruction
from keras_vae.parts import check_choice
from keras_vae.posteriors import Deterministic


class SparseAutoencoder(Paper, family="autoencoders"):
    """Autoencoder, each of whose code elements is on for few examples only.

    With `"kl"` codes are sigmoids, whose mean over the data is to be `rate`; with `"l1"` their
    absolute values are kept small.

    Args:
        penalty: `"kl"` or `"l1"`. Defaults to `"kl"`.
        weight: float >= 0, of the penalty. Defaults to `1.0`.
        rate: float in (0, 1), for `"kl"`. Defaults to `0.05`.

    Reference: Ng, 2011, Sparse autoencoder (lecture notes, CS294A)

    >>> vae = keras_vae.models.SparseAutoencoder(x.shape[1:], latent_dim=32, hidden=(64,))
    """

    defaults = {"latent_dim": 64, "likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "the sparsity of the codes is the idea of the model",
    }

    def own_parts(self, penalty: str = "kl", weight: float = 1.0, rate: float = 0.05) -> Parts:
        check_choice("SparseAutoencoder", ("kl", "l1"), penalty=penalty)
        if penalty == "l1":
            return Parts(posterior="deterministic", objective=Reconstruction(l1=weight))
        objective = SparseReconstruction(rate, weight)
        return Parts(posterior=Deterministic("sigmoid"), objective=objective)
