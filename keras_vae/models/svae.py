"""Hyperspherical VAE (Davidson et al., 2018), arxiv.org/abs/1804.00891."""

from typing import Unpack

from keras_vae import networks, posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class SVAE(Paper):
    """VAE with latents on the unit sphere: von Mises-Fisher, and a uniform prior.

    `encode` gives mean directions; a latent is a unit vector of `latent_dim` numbers.

    Args:
        latent_dim: int >= 2, numbers in a latent, which lies on the sphere S^(latent_dim - 1). The
            tables of Davidson et al. count the sphere's dimension, one less: their d = 2 is
            `latent_dim=3`. Defaults to `11`, their d = 10.

    Reference:
        - [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.SVAE(x.shape[1:], latent_dim=3, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 3)
    """

    family = "curved"
    defaults = {"network": networks.MLP((256, 128))}
    fixes = {"posterior": "its latents lie on a sphere", "prior": "its latents lie on a sphere"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 11,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={"posterior": posteriors.VonMisesFisher(), "prior": "hyperspherical_uniform"},
            **kwargs,
        )
