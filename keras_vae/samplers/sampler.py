"""What every sampler gives: draws of latents, fitted after training and saved with the model."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np

from keras_vae import atomic
from keras_vae.checks import is_free
from keras_vae.context import Context
from keras_vae.models.checks import check_values
from keras_vae.parts import check_count
from keras_vae.serialization import Configurable


class Sampler(Configurable, keras.layers.Layer):
    """Base of the samplers: where a trained model's latents are, and draws from there.

    `sampler.fit(vae, x)`, then `vae.generate(n, sampler=sampler)`. After `vae.sampler = sampler`
    the model generates from it, and is saved and loaded with it. A sampler knows the latents as
    they were when it was fitted: fit it again after training on.

    What it has learned is in `arrays`, a dict of NumPy arrays whose shapes come with the data, or
    in the weights of layers that `prepare` makes.

    Args:
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.latent_shape: tuple[int, ...] | None = None
        # Past Keras' attribute tracking: they are not variables.
        object.__setattr__(self, "arrays", {})
        self.built = True

    def fit(self, vae: keras.Model, x: Any, condition: Any = None) -> Self:
        """Fit to a trained model's latents of examples.

        Args:
            vae: `keras_vae.VAE`, trained.
            x: array (n, event), the training data.
            condition: array (n, condition) or labels (n,), of conditional models. Defaults to
                `None`.

        Returns:
            The sampler itself.
        """
        raise NotImplementedError

    def draw(self, num_samples: int, seed: Any) -> Any:
        """Draws of z, an array (num_samples, latent)."""
        raise NotImplementedError

    def score(self, z: np.ndarray) -> np.ndarray:
        """Log-densities in nats, (n, latent) -> (n,)."""
        raise NotImplementedError

    def sample(
        self, num_samples: int, seed: int | keras.random.SeedGenerator | None = None
    ) -> np.ndarray:
        """Draws of z, a float32 array (num_samples, latent).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`, other draws each time.

        Raises:
            ValueError: if `num_samples` is not a positive integer, or if nothing has been fitted.
        """
        check_count(self.owner, num_samples=num_samples)
        self.check_fitted()
        return np.asarray(self.draw(num_samples, seed), "float32")

    def log_prob(self, z: Any) -> np.ndarray:
        """Log-density of latents in nats, an array (n,).

        Args:
            z: array (n, latent).

        Raises:
            ValueError: if `z` has another shape or is not finite, or if nothing has been fitted.
        """
        self.check_fitted()
        check_values(z, self.latent_shape, "z")
        return self.score(keras.ops.convert_to_numpy(z))

    def save(self, filepath: str | os.PathLike[str]) -> None:
        """Write the sampler alone to a file that `keras_vae.samplers.load` reads.

        A model that has it as `vae.sampler` is saved with it anyway.

        Args:
            filepath: str or path that ends in `.keras`.

        Raises:
            ValueError: if nothing has been fitted, or if `filepath` has another ending.
            OSError: if the file cannot be written; an old one is kept.
        """
        self.check_fitted()
        path = Path(filepath)
        if path.suffix != ".keras":
            raise ValueError(
                f"{self.owner}.save needs a filepath that ends in .keras. Received: {filepath}"
            )
        with atomic.atomic_path(path) as scratch:
            keras.saving.save_model(self, scratch)

    def bind(self, context: Context) -> None:
        """Called by a model whose `vae.sampler` this becomes, for samplers that need the model."""

    @property
    def owner(self) -> str:
        """Who speaks in an error."""
        return f"samplers.{type(self).__name__}"

    @property
    def fitted(self) -> bool:
        """Whether it has been fitted, or loaded."""
        return bool(self.arrays)

    def check_fitted(self) -> None:
        """Raise a ValueError unless `fit` has been called."""
        if not self.fitted:
            raise ValueError(
                f"{self.owner} knows no latents yet: call sampler.fit(vae, x). "
                "Received: a sampler that has not been fitted"
            )

    # ---- files: what must be known before the numbers come is in the config ------------------

    def prepare(self, latent_shape: Sequence[int]) -> None:
        """Get ready for latents of this shape, before numbers are fitted or loaded.

        Raises:
            ValueError: if the sampler is for latents of another shape already, or if they have
                no size.
        """
        latent_shape = tuple(latent_shape)
        if is_free(latent_shape):
            raise ValueError(
                f"{self.owner} needs latents of one size: make the model with height and width in "
                f"data_shape. Received: latents of shape {latent_shape}"
            )
        if self.latent_shape not in (None, latent_shape):
            raise ValueError(
                f"{self.owner} was fitted to latents of shape {self.latent_shape}: make a new one "
                f"for others. Received: latents of shape {latent_shape}"
            )
        self.latent_shape = latent_shape

    def prepared_with(self) -> dict[str, Any]:
        """The arguments of `prepare`, for files."""
        return {"latent_shape": list(self.latent_shape or ())}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, and how it was prepared if it has been fitted."""
        config = super().get_config()
        return config if self.latent_shape is None else {**config, "fitted": self.prepared_with()}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild from `get_config`'s dictionary, without what was fitted."""
        config = dict(config)
        fitted = config.pop("fitted", None)
        sampler = super().from_config(config)
        if fitted is not None:
            sampler.prepare(**fitted)
        return sampler

    def get_build_config(self) -> None:
        """Keras' hook: nothing, for `prepare` builds what there is to build."""

    def save_own_variables(self, store: Any) -> None:
        """Keras' hook: the arrays."""
        for name, array in self.arrays.items():
            store[name] = array

    def load_own_variables(self, store: Any) -> None:
        """Keras' hook: see `save_own_variables`."""
        self.arrays.clear()
        self.arrays.update({name: np.array(store[name]) for name in store.keys()})


def load(filepath: str | os.PathLike[str]) -> Sampler:
    """A sampler that `sampler.save` wrote, on any backend. It runs no code from the file.

    Args:
        filepath: str or path.

    Raises:
        ValueError: if the file holds something else, or is none of Keras.
    """
    sampler = keras.saving.load_model(filepath)
    if not isinstance(sampler, Sampler):
        raise ValueError(
            f"samplers.load needs a file that a sampler's save wrote. Received: {filepath}, which "
            f"holds {type(sampler).__name__}"
        )
    return sampler
