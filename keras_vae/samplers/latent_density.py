"""What the densities over latents as vectors of real numbers share."""

from typing import Any

import keras
import numpy as np

from keras_vae.distributions import Space
from keras_vae.models.checks import check_values
from keras_vae.parts import check_count
from keras_vae.samplers.sampler import Sampler
from keras_vae.samplers.seeds import seed_of
from keras_vae.typing import Seed

#: least deviation of a latent dimension, as a share of the largest one: collapsed ones have none
LEAST_SPREAD = 1e-6


class LatentDensity(Sampler):
    """Base of the samplers that see latents as vectors of real numbers, maps as long vectors.

    A subclass says in `fit_vectors(z, seed, **kwargs)` what it learns from latents (n, size).
    """

    def fit(
        self,
        vae: Any,
        x: Any,
        condition: Any = None,
        num_samples: int = 1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Fit to a trained model's latents of examples.

        Args:
            vae: `keras_vae.VAE`, trained.
            x: array (n, event), the training data.
            condition: array (n, condition) or labels (n,), of conditional models. Defaults to
                `None`.
            num_samples: int, draws of each q(z|x); `None` takes the means, which lie closer
                together than what the decoder has learned from. Defaults to `1`.
            seed: int, of the draws and the fit. Defaults to `None`.
            **kwargs: passed to `fit_latents`.

        Returns:
            The sampler itself.

        Raises:
            ValueError: if the latents are not vectors of real numbers or depend on a condition.
        """
        z = self.latents_of(vae, x, condition, num_samples, seed)
        return self.fit_latents(z, seed=seed, **kwargs)

    def latents_of(
        self, vae: Any, x: Any, condition: Any, num_samples: int | None, seed: int | None
    ) -> Any:
        """The latents that `fit` learns from, an array (n * num_samples, latent).

        Raises:
            ValueError: see `fit`.
        """
        if num_samples is not None:
            check_count(f"{self.owner}.fit", num_samples=num_samples)
        check_unconditional(self.owner, vae)
        q = vae.posterior(x, condition)
        space = q.traits.space
        if not q.traits.is_real:
            are_codes = Space.CODES in space.kinds
            other = "vae.fit_prior(x)" if are_codes else "samplers.AggregatePosterior"
            raise ValueError(
                f"{self.owner} needs latents that are real numbers: for others there is {other}. "
                f"Received: {type(vae).__name__}, whose latents are {space.value}"
            )
        z = q.mean if num_samples is None else q.sample(num_samples, seed=seed_of(seed))
        z = keras.ops.convert_to_numpy(z)
        # Height and width of the model's latents may be free; a sampler is for one size.
        return z.reshape(-1, *z.shape[z.ndim - len(vae.latent_shape) :])

    def fit_latents(self, z: Any, seed: int | None = None, **kwargs: Any) -> Any:
        """Fit to latents themselves.

        Args:
            z: array (n, latent).
            seed: int, of the fit. Defaults to `None`.
            **kwargs: of the training, where there is one: `epochs`, `batch_size`, `optimizer`,
                `verbose` and others of `keras.Model.fit`.

        Returns:
            The sampler itself.

        Raises:
            ValueError: if `z` is not finite or holds fewer than two different latents.
        """
        if np.ndim(z) < 2:
            raise ValueError(
                f"z must have the shape (n, latent). Received: z of shape {np.shape(z)}"
            )
        z = np.asarray(keras.ops.convert_to_numpy(z))
        check_values(z, z.shape[1:], "z")
        z = z.astype("float64")
        if len(z) < 2 or np.all(z == z[0]):
            raise ValueError(
                f"{self.owner} needs at least two latents, and not all alike. "
                f"Received: {len(z)} latent(s)" + (", all alike" if len(z) > 1 else "")
            )
        self.check_latents(z)
        self.prepare(z.shape[1:])
        self.fit_vectors(z.reshape(len(z), -1), seed, **kwargs)
        return self

    def check_latents(self, z: Any) -> None:
        """Hook for what else latents (n, latent) must be."""

    def fit_vectors(self, z: Any, seed: Seed) -> Any:
        """Learn from latents (n, size) of float64."""
        raise NotImplementedError

    def draw_vectors(self, num_samples: int, seed: Seed) -> Any:
        """Draws, (num_samples, size)."""
        raise NotImplementedError

    def score_vectors(self, z: Any) -> Any:
        """Log-densities in nats, (n, size) -> (n,)."""
        raise NotImplementedError

    def draw(self, num_samples: int, seed: Seed) -> Any:
        return self.draw_vectors(num_samples, seed).reshape(num_samples, *self.latent_shape)

    def score(self, z: Any) -> Any:
        return self.score_vectors(z.reshape(len(z), -1).astype("float64"))


def check_unconditional(owner: Any, vae: Any) -> Any:
    """Raise a ValueError if a model's prior, and with it its latents, depends on a condition."""
    if vae.prior_layer.conditional:
        raise ValueError(
            f"{owner} draws latents without looking at a condition, and the prior "
            f"{type(vae.prior_layer).__name__} depends on one: use vae.generate(condition=...). "
            f"Received: {type(vae).__name__}"
        )


def moments(z: Any) -> Any:
    """Mean and deviation of each dimension of latents (n, size), two arrays (size,)."""
    deviation = z.std(axis=0)
    return z.mean(axis=0), np.maximum(deviation, LEAST_SPREAD * deviation.max())
