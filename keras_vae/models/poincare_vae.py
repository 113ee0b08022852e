"""Poincaré VAE (Mathieu et al., 2019), arxiv.org/abs/1901.06033."""

from typing import Unpack

from keras_vae import networks, posteriors, priors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.networks import OnBall
from keras_vae.serialization import register


@register
class PoincareVAE(Paper):
    """VAE with latents on the Poincaré ball, wrapped normal posterior and prior.

    Latents and `encode` are points of the ball of radius 1 / sqrt(curvature). The decoder sees them
    in normal coordinates around the origin (the logarithmic map), as an ordinary network.

    Args:
        curvature: float > 0, c of the ball's curvature -c. Defaults to `0.7`.

    Raises:
        ValueError: if `curvature` is not positive.

    References:
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
        - [Nagano et al., 2019](https://arxiv.org/abs/1902.02992)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.PoincareVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> bool((np.linalg.norm(vae.encode(x), axis=1) < 1 / 0.7**0.5).all())
    True
    """

    family = "curved"
    defaults = {"network": networks.MLP((600,))}
    fixes = {
        "posterior": "its latents lie in the Poincaré ball",
        "prior": "its latents lie in the Poincaré ball",
    }

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 5,
        curvature: float = 0.7,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={
                "posterior": posteriors.WrappedNormal(curvature),
                "prior": priors.WrappedNormal(curvature),
            },
            adapt=lambda network: OnBall(network, curvature),
            **kwargs,
        )
