"""Sparse autoencoder (Ng, 2011)."""

from typing import Unpack

from keras_vae import objectives, posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.parts import check_choice
from keras_vae.serialization import register


@register
class SparseAutoencoder(Paper):
    """Autoencoder, each of whose code elements is on for few examples only.

    With `"kl"` codes are sigmoids, whose mean over the data is to be `rate`; with `"l1"` their
    absolute values are kept small.

    Args:
        penalty: `"kl"` or `"l1"`. Defaults to `"kl"`.
        weight: float >= 0, of the penalty. Defaults to `1.0`.
        rate: float in (0, 1), for `"kl"`. Defaults to `0.05`.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - Ng, 2011, Sparse autoencoder (lecture notes, CS294A)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SparseAutoencoder(x.shape[1:], latent_dim=32, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "autoencoders"
    defaults = {"likelihood": "normal"}
    fixes = {
        "posterior": "its codes have no noise",
        "objective": "the sparsity of the codes is the idea of the model",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 64,
        penalty: str = "kl",
        weight: float = 1.0,
        rate: float = 0.05,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        check_choice("SparseAutoencoder", ("kl", "l1"), penalty=penalty)
        posterior = posteriors.Deterministic("sigmoid" if penalty == "kl" else None)
        if penalty == "kl":
            objective = objectives.SparseReconstruction(rate, weight)
        else:
            objective = objectives.Reconstruction(l1=weight)
        super().__init__(
            data_shape, latent_dim, fixed={"posterior": posterior, "objective": objective}, **kwargs
        )
