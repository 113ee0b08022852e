"""VAE with binary latents (Maddison et al., 2016), arxiv.org/abs/1611.00712."""

from typing import Unpack

from keras_vae import posteriors
from keras_vae.models.paper import Paper, PaperOptions, Shape
from keras_vae.serialization import register


@register
class BinaryVAE(Paper):
    """VAE with binary latents, relaxed in training by the binary concrete.

    The loss is that of Jang et al.: the reconstruction at a relaxed draw, and the KL of the
    Bernoulli in closed form. Outside of training draws are 0 or 1; `encode` gives probabilities.

    Args:
        latent_dim: int, number of bits. Defaults to `200`.
        temperature: float > 0, of the relaxation; `keras_vae.callbacks.TemperatureSchedule` lowers
            it by epoch. Defaults to `1.0`.
        straight_through: bool, whether training too draws discrete latents, with the gradient of
            the relaxed ones. Defaults to `False`.

    Raises:
        ValueError: if `latent_dim` or the temperature is not positive.

    References:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)

    Example:

    >>> x = keras_vae.datasets.digits().train.x
    >>> vae = keras_vae.models.BinaryVAE(x.shape[1:], latent_dim=8, hidden=(64,))
    >>> vae.compile("adam")
    >>> history = vae.fit(x, epochs=1, verbose=0)
    >>> vae.encode(x[:3]).shape
    (3, 8)
    """

    family = "discrete"
    fixes = {"posterior": "its latents are bits", "prior": "its latents are bits"}

    def __init__(
        self,
        data_shape: Shape,
        latent_dim: int = 200,
        temperature: float = 1.0,
        straight_through: bool = False,
        **kwargs: Unpack[PaperOptions],
    ) -> None:
        super().__init__(
            data_shape,
            latent_dim,
            fixed={
                "posterior": posteriors.GumbelSigmoid(temperature, straight_through),
                "prior": "uniform_bernoulli",
            },
            **kwargs,
        )
