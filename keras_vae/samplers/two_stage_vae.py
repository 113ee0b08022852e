"""Two-stage VAE (Dai and Wipf, 2019), arxiv.org/abs/1903.05789."""

from typing import Any

import numpy as np

from keras_vae.models import GaussianVAE
from keras_vae.models.checks import check_values
from keras_vae.parts import check_count
from keras_vae.samplers.latent_density import LatentDensity, moments
from keras_vae.samplers.seeds import seed_of
from keras_vae.serialization import register
from keras_vae.typing import Seed, Shape


@register
class TwoStageVAE(LatentDensity):
    """A second VAE, of the first one's latents: u ~ N(0, 1), z ~ p(z|u), x ~ p(x|z).

    Once the first stage puts its latents on the data's manifold, their density has full dimension,
    where a VAE with a learned variance can match it. The second stage is a `GaussianVAE` of
    standardised latents with as many latents of its own, in the weight `second`. The paper feeds
    each of its networks the input again behind the hidden layers; here they are plain.

    `fit` takes `epochs`, 50 by default, `batch_size`, 256, `optimizer`, `verbose` and others of
    `VAE.fit`.

    Args:
        hidden: tuple of int, widths of the second encoder's layers; its decoder mirrors them.
            Defaults to `(1024, 1024, 1024)`.
        latent_dim: int, of the second stage. Defaults to `None`, as many as the first stage has.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if a size is not a positive integer.

    Reference:
        - [Dai and Wipf, 2019](https://arxiv.org/abs/1903.05789)

    Example:

    >>> sampler = keras_vae.samplers.TwoStageVAE(hidden=(16,)).fit(vae, x, epochs=1, verbose=0)
    >>> sampler.sample(5, seed=0).shape
    (5, 2)
    """

    def __init__(
        self,
        hidden: tuple[int, ...] = (1024, 1024, 1024),
        latent_dim: int | None = None,
        **kwargs: Any,
    ) -> None:
        if latent_dim is not None:
            check_count("samplers.TwoStageVAE", latent_dim=latent_dim)
        super().__init__(**kwargs)
        self.hidden = hidden
        self.latent_dim = latent_dim
        # Raises errors for its arguments now, not when it is fitted.
        self._make_second(1)

    def _make_second(self, size, seed=None):
        return GaussianVAE(
            (size,),
            self.latent_dim or size,
            hidden=self.hidden,
            likelihood="shared_normal",
            dtype="float32",
            seed=seed,
        )

    def prepare(self, latent_shape: Shape) -> None:
        unprepared = self.latent_shape is None
        super().prepare(latent_shape)
        if unprepared:
            self.second = self._make_second(int(np.prod(self.latent_shape)))

    def fit_vectors(
        self,
        z: Any,
        seed: Seed,
        epochs: Any = 50,
        batch_size: int | None = 256,
        optimizer: Any = "adam",
        **kwargs: Any,
    ) -> None:
        shift, scale = moments(z)
        # A new one, for a second fit starts anew, and files need no optimizer.
        second = self._make_second(z.shape[1], seed)
        second.compile(optimizer)
        white = ((z - shift) / scale).astype("float32")
        second.fit(white, epochs=epochs, batch_size=batch_size, **kwargs)
        self.second.set_weights(second.get_weights())
        self.arrays.update(shift=shift, scale=scale)

    def draw_vectors(self, num_samples: int, seed: Seed) -> Any:
        # With the noise of p(z|u), which is a part of the latents' density.
        z = self.second.generate(num_samples, seed=seed_of(seed), sample=True, verbose=0)
        return self.arrays["shift"] + self.arrays["scale"] * z

    def log_prob(self, z: Any, num_samples: int = 100, seed: int | None = None) -> Any:
        """Log-density of latents in nats by importance sampling, a lower bound in expectation.

        Args:
            z: array (n, latent).
            num_samples: int, draws of u for each. Defaults to `100`.
            seed: int, of the draws. Defaults to `None`.

        Returns:
            Array (n,).

        Raises:
            ValueError: if `z` has another shape or is not finite, or if nothing has been fitted.
        """
        self.check_fitted()
        check_values(z, self.latent_shape, "z")
        z = np.asarray(z, "float64").reshape(len(z), -1)
        white = ((z - self.arrays["shift"]) / self.arrays["scale"]).astype("float32")
        log_p = self.second.log_likelihood(white, num_samples, seed=seed_of(seed), verbose=0)
        return log_p - np.sum(np.log(self.arrays["scale"]))
