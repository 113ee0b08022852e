"""Poincaré VAE (Mathieu et al., 2019), arxiv.org/abs/1901.06033."""

from keras_vae import networks, posteriors, priors
from keras_vae.models.paper import Paper, Parts
from keras_vae.networks import OnBall


class PoincareVAE(Paper, family="curved"):
    """VAE with latents on the Poincaré ball, wrapped normal posterior and prior.

    Latents and `encode` are points of the ball of radius 1 / sqrt(curvature). The decoder sees them
    in normal coordinates around the origin (the logarithmic map), as an ordinary network.

    Args:
        curvature: float > 0, c of the ball's curvature -c. Defaults to `0.7`.

    References:
        - [Mathieu et al., 2019](https://arxiv.org/abs/1901.06033)
        - [Nagano et al., 2019](https://arxiv.org/abs/1902.02992)

    >>> vae = keras_vae.models.PoincareVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    >>> bool((np.linalg.norm(vae.encode(x), axis=1) < 1 / 0.7**0.5).all())
    True
    """

    defaults = {"latent_dim": 5, "network": networks.MLP((600,))}
    fixes = {
        "posterior": "its latents lie in the Poincaré ball",
        "prior": "its latents lie in the Poincaré ball",
    }

    def own_parts(self, curvature: float = 0.7) -> Parts:
        return Parts(
            posterior=posteriors.WrappedNormal(curvature),
            prior=priors.WrappedNormal(curvature),
            adapt=lambda network: OnBall(network, curvature),
        )
