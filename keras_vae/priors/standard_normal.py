"""Standard normal prior (Kingma and Welling, 2013), arxiv.org/abs/1312.6114."""

from keras import ops

from keras_vae import distributions
from keras_vae.checks import check_count, is_free, with_known_sides
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

    def distribution(
        self, temperature: float = 1.0, sides: tuple[int, int] | None = None
    ) -> Distribution:
        """`keras_vae.distributions.Normal` with parameters of shape (latent,).

        Args:
            temperature: float >= 0, factor on the standard deviation. Defaults to `1.0`.
            sides: pair (height, width) of latents that have none of their own. Defaults to `None`:
                one of each, for they are then those of the latents that it is compared with.
        """
        shape = with_known_sides(self.event_shape, 1)
        shape = shape if sides is None else (*sides, *shape[2:])
        mean = ops.zeros(shape, dtype="float32")
        log_var = ops.full(shape, log_square(temperature), dtype="float32")
        return distributions.Normal(mean, log_var, event_ndim=self.event_ndim)

    def sample(
        self,
        num_samples: int,
        seed: Seed = None,
        temperature: float = 1.0,
        sides: tuple[int, int] | None = None,
    ) -> Tensor:
        """See `Prior.sample`.

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`.
            temperature: float >= 0, factor on the standard deviations. Defaults to `1.0`.
            sides: pair (height, width) of latents that have none of their own. Defaults to `None`.

        Raises:
            ValueError: also if the latents have no size of their own, and none is given.
        """
        if sides is None and not is_free(self.event_shape):
            return super().sample(num_samples, seed, temperature)
        if sides is None:
            raise ValueError(
                "Draws of the prior need latents of one size: give generate(n, size=(height, "
                "width)), or make the model with height and width in data_shape. Received: latents "
                f"of shape {self.event_shape}"
            )
        check_count("The prior", num_samples=num_samples)
        return self.distribution(temperature, sides).sample(num_samples, seed=seed)
