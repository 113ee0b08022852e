"""VAE with categorical latents (Jang et al., 2016), arxiv.org/abs/1611.01144."""

from keras_vae.models.paper import Paper, Parts
from keras_vae.posteriors import GumbelSoftmax


class CategoricalVAE(Paper, family="discrete"):
    """VAE with categorical latents, relaxed in training by Gumbel-softmax.

    A latent has the shape (num_variables, num_categories): one-hot vectors. The loss is that of
    Jang et al.: the reconstruction at a relaxed draw, and the KL of the categorical in closed form.
    Outside of training draws are one-hot; `encode` gives the probabilities.

    Args:
        num_variables: int. Defaults to `20`.
        num_categories: int. Defaults to `10`.
        temperature: float > 0, of the relaxation; `keras_vae.callbacks.TemperatureSchedule` lowers
            it by epoch. Defaults to `1.0`.
        straight_through: bool, whether training too draws discrete latents, with the gradient of
            the relaxed ones. Defaults to `False`.

    References:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)

    >>> vae = keras_vae.models.CategoricalVAE(x.shape[1:], 4, 5, hidden=(64,))
    >>> vae.encode(x[:3]).shape
    (3, 4, 5)
    """

    defaults = {"latent_dim": None}
    fixes = {"posterior": "its latents are categories", "prior": "its latents are categories"}

    def own_parts(
        self,
        num_variables: int = 20,
        num_categories: int = 10,
        temperature: float = 1.0,
        straight_through: bool = False,
    ) -> Parts:
        return Parts(
            posterior=GumbelSoftmax(num_categories, temperature, straight_through),
            prior="uniform_categorical",
            latent_dim=(num_variables, num_categories),
        )
