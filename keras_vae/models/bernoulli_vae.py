"""VAE with a Bernoulli likelihood (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras_vae.models.paper import Paper, Parts


class BernoulliVAE(Paper, family="basics"):
    """VAE for binary data, or data in [0, 1] under cross-entropy.

    Reference: [Kingma and Welling, 2013](https://arxiv.org/abs/1312.6114)

    >>> vae = keras_vae.models.BernoulliVAE(x.shape[1:], latent_dim=2, hidden=(64,))
    """

    defaults = {"latent_dim": 2}
    fixes = {"likelihood": "it is a VAE for binary data"}

    def own_parts(self) -> Parts:
        return Parts(likelihood="bernoulli")
