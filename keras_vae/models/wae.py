"""Wasserstein autoencoder (Tolstikhin et al., 2017), arxiv.org/abs/1711.01558."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class WAE(Paper):
    """Autoencoder whose latents together look like the prior, by MMD.

    Without noise in the latents there is no log-likelihood.

    Args:
        weight: float >= 0, of the MMD. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.

    Raises:
        ValueError: if `weight` is negative or `kernel` is unknown.

    Reference:
        - [Tolstikhin et al., 2017](https://arxiv.org/abs/1711.01558)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.WAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "matching"
    defaults = {"posterior": "deterministic", "likelihood": "normal"}
    fixes = {"objective": "the discrepancy of the latents is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 8,
        weight: float = 10.0,
        kernel: str = "imq",
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape, latent_dim, fixed={"objective": objectives.WAE(weight, kernel)}, **kwargs
        )
