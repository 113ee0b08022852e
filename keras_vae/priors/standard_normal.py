"""Standard normal prior (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras import ops

from keras_vae import distributions
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register


@register
class StandardNormal(Prior):
    """The prior N(0, 1) in every latent dimension.

    Args:
        **kwargs: passed to `keras.layers.Layer`.
    """

    is_standard_normal = True

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (latent,)."""
        mean = ops.zeros(self.event_shape, dtype="float32")
        log_var = ops.full(self.event_shape, log_square(temperature), dtype="float32")
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)
