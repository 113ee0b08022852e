"""beta-VAE (Higgins et al., 2017), openreview.net/forum?id=Sy2fzU9gl."""

from typing import Unpack

from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.objectives import ELBO
from keras_vae.serialization import register


@register
class BetaVAE(Paper):
    """VAE whose KL weighs `beta`: above 1 it asks for disentangled latents.

    `beta` weighs sums: the KL summed over latents against the reconstruction summed over data.

    Args:
        beta: float >= 0. Defaults to `4.0`.

    Raises:
        ValueError: if `beta` is negative.

    Reference:
        - [Higgins et al., 2017](https://openreview.net/forum?id=Sy2fzU9gl)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BetaVAE(x.shape[1:], latent_dim=4, beta=4.0, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> float(vae.objective.kl_weight)
    4.0
    """

    family = "disentangled"
    fixes = {"objective": "`beta` weighs its KL"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        beta: float = 4.0,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(data_shape, latent_dim, fixed={"objective": ELBO(beta=beta)}, **kwargs)
