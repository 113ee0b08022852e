"""Normal prior whose mean and variance are learned with the model."""

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Shape


@register
class LearnedNormal(Prior):
    """Normal prior N(mean, exp(log_var)), both learned, starting at N(0, 1).

    Args:
        **kwargs: passed to `keras.layers.Layer`.
    """

    def build(self, event_shape: Shape) -> None:
        super().build(event_shape)
        self.mean = self.float32_weight("mean", self.event_shape, "zeros")
        self.log_var = self.float32_weight("log_var", self.event_shape, "zeros")

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (latent,)."""
        log_var = self.log_var + log_square(temperature)
        return distributions.Normal(
            ops.convert_to_tensor(self.mean), log_var, event_ndim=self.event_ndim
        )
