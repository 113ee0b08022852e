"""DIP-VAE (Kumar et al., 2018), arxiv.org/abs/1711.00848."""

from typing import Unpack

from keras_vae import objectives
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class DIPVAE(Paper):
    """VAE whose latents' covariance is drawn to the identity.

    Kind 1 looks at the covariance of the posteriors' means, kind 2 at that of their draws.

    Args:
        kind: 1 or 2. Defaults to `1`.
        off_diagonal: float >= 0, weight of the squared covariances. Defaults to `10.0`.
        diagonal: float >= 0, weight of the variances' squared distances from one. Defaults to
            `None`: ten times `off_diagonal` for kind 1, the same for kind 2.

    Raises:
        ValueError: if an argument is out of its range.

    Reference:
        - [Kumar et al., 2018](https://arxiv.org/abs/1711.00848)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.DIPVAE(x.shape[1:], latent_dim=4, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.reconstruct(x[:3]).shape
    (3, 8, 8)
    """

    family = "disentangled"
    fixes = {"objective": "the penalty of the covariance is the idea of the paper"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 10,
        kind: int = 1,
        off_diagonal: float = 10.0,
        diagonal: float | None = None,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"objective": objectives.DIPVAE(kind, off_diagonal, diagonal)},
            **kwargs,
        )
