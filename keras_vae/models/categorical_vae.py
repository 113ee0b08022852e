"""VAE with categorical latents (Jang et al., 2016), arxiv.org/abs/1611.01144."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class CategoricalVAE(Paper):
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

    Raises:
        ValueError: if a number or the temperature is not positive.

    References:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.CategoricalVAE(x.shape[1:], 4, 5, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 4, 5)
    """

    family = "discrete"
    fixes = {"posterior": "its latents are categories", "prior": "its latents are categories"}

    def __init__(
        self,
        data_shape: Shape,
        num_variables: int = 20,
        num_categories: int = 10,
        temperature: float = 1.0,
        straight_through: bool = False,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            (num_variables, num_categories),
            fixed={
                "posterior": posteriors.GumbelSoftmax(
                    num_categories, temperature, straight_through
                ),
                "prior": "uniform_categorical",
            },
            **kwargs,
        )
