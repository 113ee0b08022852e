"""The model's own prior, as a sampler beside the others."""

from typing import Any, Self

from keras import ops

from keras_vae.models.vae import VAE
from keras_vae.samplers.latent_density import check_unconditional
from keras_vae.samplers.sampler import Sampler
from keras_vae.samplers.seeds import seed_of
from keras_vae.serialization import register
from keras_vae.typing import Array, ArrayLike, Seed


@register
class Prior(Sampler):
    """The prior of the model, which knows nothing of the latents: what others are compared to.

    It has no numbers of its own: a file of it alone has to be fitted again.

    Args:
        **kwargs: passed to `keras.layers.Layer`.

    Example:

    >>> sampler = keras_vae.samplers.Prior().fit(vae)
    >>> sampler.sample(5, seed=0).shape
    (5, 2)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A function, for Keras would save what it gives as a part of the sampler.
        object.__setattr__(self, "_prior_layer", None)

    def fit(self, vae: VAE, x: ArrayLike | None = None, condition: ArrayLike | None = None) -> Self:
        """Take the model's prior.

        Args:
            vae: `keras_vae.VAE`.
            x: ignored. Defaults to `None`.
            condition: ignored. Defaults to `None`.

        Returns:
            The sampler itself.

        Raises:
            ValueError: if the prior depends on a condition.
        """
        check_unconditional(self.owner, vae)
        self.join(vae)
        return self

    def join(self, vae: VAE) -> None:
        self.prepare(vae.latent_shape)
        object.__setattr__(self, "_prior_layer", lambda: vae.prior_layer)

    @property
    def fitted(self) -> bool:
        """Whether it knows the prior of a model."""
        return self._prior_layer is not None and self.latent_shape is not None

    def draw(self, num_samples: int, seed: Seed) -> Array:
        return ops.convert_to_numpy(self._prior_layer().sample(num_samples, seed=seed_of(seed)))

    def score(self, z: Array) -> Array:
        z = ops.convert_to_tensor(z, dtype="float32")
        return ops.convert_to_numpy(self._prior_layer().distribution().log_prob(z))
