"""Soft-IntroVAE (Daniel and Tamar, 2021), arxiv.org/abs/2012.13253."""

from keras_vae import networks, objectives
from keras_vae.models.paper import Paper, Parts


class SoftIntroVAE(Paper, family="adversarial"):
    """VAE whose encoder tells what the decoder makes from data: both play, no third network.

    Args:
        latent_dim: int, length of one latent. Defaults to `128`.
        beta_rec: float >= 0, weight of the squared error. Defaults to `1.0`.
        beta_kl: float >= 0, weight of the KL. Defaults to `1.0`.
        beta_neg: float >= 0, weight of the KL of what is made, in the encoder's loss. Defaults to
            `256.0`.

    Reference: [Daniel and Tamar, 2021](https://arxiv.org/abs/2012.13253)

    >>> vae = keras_vae.models.SoftIntroVAE(x.shape[1:], latent_dim=4, filters=(8, 8))
    """

    defaults = {"latent_dim": 128, "network": networks.Conv(), "likelihood": "normal"}
    fixes = {"objective": "the game of encoder and decoder is the idea of the paper"}

    def own_parts(
        self, beta_rec: float = 1.0, beta_kl: float = 1.0, beta_neg: float = 256.0
    ) -> Parts:
        return Parts(objective=objectives.SoftIntro(beta_rec, beta_kl, beta_neg))
