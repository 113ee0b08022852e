"""Uniform prior on the unit sphere (Davidson et al., 2018), arxiv.org/abs/1804.00891."""

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, check_no_temperature
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class HypersphericalUniform(Prior):
    """Uniform prior on the unit sphere: latents of shape (latent,) are unit vectors.

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Reference:
        - [Davidson et al., 2018](https://arxiv.org/abs/1804.00891)
    """

    def build(self, event_shape: Shape) -> None:
        if len(event_shape) != 1 or event_shape[0] < 2:
            raise ValueError(
                "priors.HypersphericalUniform needs latents that are vectors of at least 2 "
                f"numbers. Received: latents of shape {tuple(event_shape)}"
            )
        super().build(event_shape)

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.HypersphericalUniform`.

        Raises:
            ValueError: if `temperature` is not 1: the distribution has no scale.
        """
        check_no_temperature(type(self).__name__, temperature)
        return distributions.HypersphericalUniform(self.event_shape[0])
