"""Standard normal prior (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras import ops

from keras_vae import distributions
from keras_vae.checks import is_free, with_known_sides
from keras_vae.distributions import Distribution
from keras_vae.priors.prior import Prior, log_square
from keras_vae.serialization import register
from keras_vae.typing import Seed, Tensor


@register
class StandardNormal(Prior):
    """The prior N(0, 1) in every latent dimension.

    Args:
        **kwargs: passed to `keras.layers.Layer`.
    """

    is_standard_normal = True
    takes_free_sizes = True

    def distribution(self, temperature: float = 1.0) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (latent,)."""
        # Free sizes are those of the latents that it is compared with.
        shape = with_known_sides(self.event_shape, 1)
        mean = ops.zeros(shape, dtype="float32")
        log_var = ops.full(shape, log_square(temperature), dtype="float32")
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)

    def sample(self, num_samples: int, seed: Seed = None, temperature: float = 1.0) -> Tensor:
        """See `Prior.sample`.

        Raises:
            ValueError: also if the latents have no size of their own.
        """
        if is_free(self.event_shape):
            raise ValueError(
                "Draws of the prior need latents of one size. Decode draws of your own, as "
                "vae.decode(rng.normal(size=(n, height, width, channels))), or make the model with "
                f"height and width in data_shape. Received: latents of shape {self.event_shape}"
            )
        return super().sample(num_samples, seed, temperature)
