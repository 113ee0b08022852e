"""InfoVAE (Zhao et al., 2017), arxiv.org/abs/1706.02262."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class InfoVAE(Paper):
    """VAE that matches the aggregate of its posteriors with the prior.

    `alpha=1` is the MMD-VAE, without KL; `alpha=0`, `lambd=1` is the ELBO.

    Args:
        alpha: float <= 1, the KL weighs 1 - alpha. Defaults to `0.0`.
        lambd: float >= 1 - alpha, the MMD weighs alpha + lambd - 1. Defaults to `10.0`.
        kernel: `"imq"` or `"rbf"`. Defaults to `"imq"`.

    Raises:
        ValueError: if a weight would be negative or `kernel` is unknown.

    Reference:
        - [Zhao et al., 2017](https://arxiv.org/abs/1706.02262)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.InfoVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "matching"
    fixes = {"objective": "the discrepancy of the latents is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        alpha: float = 0.0,
        lambd: float = 10.0,
        kernel: str = "imq",
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.InfoVAE(alpha, lambd, kernel)},
            **kwargs,
        )
