"""VAE/GAN (Larsen et al., 2016), arxiv.org/abs/1512.09300."""

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, Parts


class VAEGAN(Paper, family="adversarial"):
    """VAE whose error is that of a discriminator's features, not of pixels.

    Args:
        latent_dim: int, length of one latent. Defaults to `128`.
        gamma: float > 0, of the reconstruction in the decoder's loss. Defaults to `1.0`.
        discriminator_filters: int, channels of the discriminator's first layer. Defaults to `64`.
        discriminator_stages: int, its layers of stride 2. Defaults to `3`.

    Reference: [Larsen et al., 2016](https://arxiv.org/abs/1512.09300)

    >>> vae = keras_vae.models.VAEGAN(
    ...     x.shape[1:], latent_dim=4, filters=(8, 8), discriminator_filters=8
    ... )
    """

    defaults = {"latent_dim": 128, "network": networks.Conv(), "likelihood": "normal"}
    fixes = {"objective": "the error in features is the idea of the paper"}

    def own_parts(
        self, gamma: float = 1.0, discriminator_filters: int = 64, discriminator_stages: int = 3
    ) -> Parts:
        objective = objectives.VAEGAN(gamma, discriminator_filters, discriminator_stages)
        return Parts(objective=objective)
