"""Latents in the unit of a diffusion model (Rombach et al., 2022), arxiv.org/abs/2112.10752."""

import os
from typing import Any

from keras_vae import checks, pretrained
from keras_vae.inputs import read_array
from keras_vae.models.data_sets import over_data_sets
from keras_vae.models.inference import to_numpy
from keras_vae.typing import Array, Seed


class ScaledLatents:
    """Mixin in front of `Paper`: `scaled=True` gives and takes the latents of a diffusion model.

    These are (z - shift_factor) * scaling_factor. A diffusion model is trained on them, for they
    have about unit variance.
    """

    scaling_factor: float
    shift_factor: float

    def set_scale(self, scaling_factor: float, shift_factor: float) -> None:
        """Keep the two numbers.

        Raises:
            ValueError: if the first is not positive, or the second is not finite.
        """
        owner = type(self).__name__
        checks.check_positive(owner, scaling_factor=scaling_factor)
        checks.check_finite(owner, shift_factor=shift_factor)
        self.scaling_factor, self.shift_factor = scaling_factor, shift_factor

    @over_data_sets("num_samples")
    def encode(
        self,
        x: Any,
        num_samples: int | None = None,
        seed: Seed = None,
        condition: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        *,
        scaled: bool = False,
        **kwargs: Any,
    ) -> Array:
        """See `VAE.encode`.

        Args:
            x: array (n, height, width, channels), or a data set of batches.
            num_samples: int, draws for each example. Defaults to `None`: the mean.
            seed: int, of the draws. Defaults to `None`.
            condition, batch_size, verbose: see `Inference`.
            scaled: bool, whether to give (z - shift_factor) * scaling_factor. Defaults to `False`.
            **kwargs: `tile`, `overlap` and `padding`, see `Inference`.

        Returns:
            Array (n, latent), or (num_samples, n, latent).
        """
        z = super().encode(x, num_samples, seed, condition, batch_size, verbose, **kwargs)
        return (z - self.shift_factor) * self.scaling_factor if scaled else z

    def decode(self, z: Any, *args: Any, scaled: bool = False, **kwargs: Any) -> Array:
        """See `VAE.decode`.

        Args:
            z: array (n, latent), or (num_samples, n, latent).
            *args: as of `VAE.decode`.
            scaled: bool, whether z is scaled as `encode(x, scaled=True)` gives it. Defaults to
                `False`.
            **kwargs: as of `VAE.decode`.

        Returns:
            Array (n, event), or (num_samples, n, event).
        """
        if not scaled:
            return super().decode(z, *args, **kwargs)
        if isinstance(z, dict):
            z = {**z, "x": self._unscaled(z["x"])}
        else:
            z = self._unscaled(z)
        return super().decode(z, *args, **kwargs)

    def to_diffusers(self, folder: str | os.PathLike[str]) -> None:
        """Write the model as the diffusers library does: `config.json` and a safetensors file.

        `from_pretrained` of the library's class of this name reads it, and so does
        `keras_vae.VAE.from_preset`. Prior, likelihood, objective and `image_range` are not in it.

        Args:
            folder: path; a folder of an earlier model of the library is replaced.

        Raises:
            ValueError: if the library has no such model, or `folder` is something else.
            ImportError: if safetensors is missing: `pip install keras_vae[hub]`.
            OSError: if a file cannot be written.
        """
        pretrained.diffusers.write_folder(self, folder)

    def _unscaled(self, z: Any) -> Array:
        return to_numpy(read_array(z, "z").whole()) / self.scaling_factor + self.shift_factor
