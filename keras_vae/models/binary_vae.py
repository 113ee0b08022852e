"""VAE with binary latents (Maddison et al., 2016), arxiv.org/abs/1611.00712."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.posteriors import GumbelSigmoid


class BinaryVAE(Paper, family="discrete"):
    """VAE with binary latents, relaxed in training by the binary concrete.

    The loss is that of Jang et al.: the reconstruction at a relaxed draw, and the KL of the
    Bernoulli in closed form. Outside of training draws are 0 or 1; `encode` gives probabilities.

    Args:
        latent_dim: int, number of bits. Defaults to `200`.
        temperature: float > 0, of the relaxation; `keras_vae.callbacks.TemperatureSchedule` lowers
            it by epoch. Defaults to `1.0`.
        straight_through: bool, whether training too draws discrete latents, with the gradient of
            the relaxed ones. Defaults to `False`.

    References:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)

    >>> vae = keras_vae.models.BinaryVAE(x.shape[1:], latent_dim=8, hidden=(64,))
    >>> vae.encode(x[:3]).shape
    (3, 8)
    """

    defaults = {"latent_dim": 200}
    fixes = {"posterior": "its latents are bits", "prior": "its latents are bits"}

    def own_parts(self, temperature: float = 1.0, straight_through: bool = False) -> Parts:
        posterior = GumbelSigmoid(temperature, straight_through)
        return Parts(posterior=posterior, prior="uniform_bernoulli")
