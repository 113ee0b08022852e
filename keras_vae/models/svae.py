"""Hyperspherical VAE (Davidson et al., 2018), arxiv.org/abs/1804.00891."""

from keras_vae import networks
from keras_vae.models.paper import Paper, Parts


class SVAE(Paper, family="curved"):
    """VAE with latents on the unit sphere: von Mises-Fisher, and a uniform prior.

    `encode` gives mean directions; a latent is a unit vector of `latent_dim` numbers.

    Args:
        latent_dim: int >= 2, numbers in a latent, which lies on the sphere S^(latent_dim - 1). The
            tables of Davidson et al. count the sphere's dimension, one less: their d = 2 is
            `latent_dim=3`. Defaults to `11`, their d = 10.

    Reference: [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)

    >>> vae = keras_vae.models.SVAE(x.shape[1:], latent_dim=3, hidden=(64,))
    >>> bool(np.allclose(np.linalg.norm(vae.encode(x), axis=1), 1.0))
    True
    """

    defaults = {"latent_dim": 11, "network": networks.MLP((256, 128))}
    fixes = {"posterior": "its latents lie on a sphere", "prior": "its latents lie on a sphere"}

    def own_parts(self) -> Parts:
        return Parts(posterior="von_mises_fisher", prior="hyperspherical_uniform")
