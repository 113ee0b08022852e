"""Uniform priors over discrete latents (Jang et al., 2016), arxiv.org/abs/1611.01144."""

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, check_no_temperature
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class UniformCategorical(Prior):
    """Uniform prior over one-hot vectors: latents of shape (variables, categories).

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Reference:
        - [Jang et al., 2016](https://arxiv.org/abs/1611.01144)
    """

    def build(self, event_shape: Shape) -> None:
        if len(event_shape) < 2:
            raise ValueError(
                "priors.UniformCategorical needs latents of shape (variables, categories). "
                f"Received: latents of shape {tuple(event_shape)}"
            )
        super().build(event_shape)

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.OneHotCategorical` with logits of zero.

        Raises:
            ValueError: if `temperature` is not 1: the distribution has no scale.
        """
        check_no_temperature(type(self).__name__, temperature)
        logits = ops.zeros(self.event_shape, dtype="float32")
        return distributions.OneHotCategorical(logits, event_ndim=self.event_ndim)


@register
class UniformBernoulli(Prior):
    """Uniform prior over bits: each is 0 or 1 with probability 1/2.

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Reference:
        - [Maddison et al., 2016](https://arxiv.org/abs/1611.00712)
    """

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Bernoulli` with logits of zero.

        Raises:
            ValueError: if `temperature` is not 1: the distribution has no scale.
        """
        check_no_temperature(type(self).__name__, temperature)
        logits = ops.zeros(self.event_shape, dtype="float32")
        return distributions.Bernoulli(logits, event_ndim=self.event_ndim)
