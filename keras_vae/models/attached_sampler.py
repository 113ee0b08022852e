"""The sampler that a model generates from in place of its prior, and that is saved with it."""

from typing import Any, Protocol, runtime_checkable

import keras

from keras_vae.context import Context


@runtime_checkable
class DrawsLatents(Protocol):
    """What `generate(sampler=...)` takes: `sample` gives latents (n, latent)."""

    def sample(self, n: int, seed: Any = None) -> Any: ...


@runtime_checkable
class DrawsForConditions(Protocol):
    """A sampler that `generate(condition=..., sampler=...)` tells the condition."""

    def sample_for(self, n: int, seed: Any = None, condition: Any = None) -> Any: ...


@runtime_checkable
class Binds(Protocol):
    """A sampler that asks for the functions and shapes of its model."""

    def bind(self, context: Context) -> None: ...


class AttachedSampler:
    """Mixin of `VAE`: `vae.sampler = sampler`, then `generate` draws from it.

    It is not part of what trains, and appears in neither `layers` nor `weights`; but files have it.
    Set it to `None` to generate from the prior again.
    """

    sampler = None

    def attach_sampler(self, value: Any) -> None:
        """What `vae.sampler = value` does.

        Args:
            value: Keras layer with `sample(n, seed)`, or None.

        Raises:
            ValueError: if the model cannot generate from it.
        """
        if value is not None:
            _check_attachable(value, self.latent_shape)
            if isinstance(value, Binds):
                value.bind(self.context)
        # Past Keras' tracking of layers and variables. Keras' files are made by a walk over all
        # attributes, which finds it under this name.
        object.__setattr__(self, "sampler", value)

    def get_config(self) -> Any:
        """The constructor's arguments, and the sampler if there is one."""
        config = super().get_config()
        if self.sampler is None:
            return config
        return {**config, "sampler": keras.saving.serialize_keras_object(self.sampler)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Rebuild from `get_config`'s dictionary, without running its weights."""
        config = dict(config)
        sampler = config.pop("sampler", None)
        vae = super().from_config(config)
        if sampler is not None:
            vae.sampler = keras.saving.deserialize_keras_object(sampler)
        return vae

    def _draw_latents(self, n, seed, temperature, condition, sampler, sides=None):
        """Latents (n, latent) of the sampler given, else of `vae.sampler`, else of the prior.

        `sides` are height and width of latents that have none of their own.
        """
        self.prior_layer.check_temperature("generate", temperature)
        sampler = self.sampler if sampler is None else sampler
        if sampler is None or isinstance(sampler, str) and sampler == "prior":
            return self._draw_prior(n, seed, temperature, condition, sides)
        if isinstance(sampler, type) or not isinstance(sampler, DrawsLatents):
            raise ValueError(
                'generate needs sampler="prior", or a fitted sampler with sample(n, seed), such as '
                f"keras_vae.samplers.GaussianMixture().fit(vae, x). Received: sampler={sampler!r}"
            )
        if temperature != 1:
            raise ValueError(
                "generate has a temperature for the prior only. "
                f"Received: temperature={temperature}, sampler={sampler!r}"
            )
        if isinstance(sampler, DrawsForConditions):
            z = sampler.sample_for(n, seed=seed, condition=condition)
        else:
            z = sampler.sample(n, seed=seed)
        if len(z) != n:
            raise ValueError(f"The sampler must give n={n} latents. Received: {len(z)}")
        return z

    def _draw_prior(self, n, seed, temperature, condition, sides):
        if sides is not None:
            return self.prior_layer.sample(n, seed=seed, temperature=temperature, sides=sides)
        if not self.prior_layer.conditional:
            return self.prior_layer.sample(n, seed=seed, temperature=temperature)
        condition = self._condition_tensor(condition)
        return self.prior_layer.sample(n, seed=seed, temperature=temperature, condition=condition)


def _check_attachable(sampler, latent_shape):
    """Raise a ValueError unless the model can generate from a sampler, and be saved with it."""
    if not isinstance(sampler, keras.layers.Layer) or not isinstance(sampler, DrawsLatents):
        raise ValueError(
            "vae.sampler must be a keras_vae.samplers.Sampler, or another Keras layer with "
            "sample(n, seed); generate(sampler=...) takes anything with this method. "
            f"Received: {sampler!r}"
        )
    shape = getattr(sampler, "latent_shape", None)
    if shape is not None and not _fits(shape, latent_shape):
        raise ValueError(
            f"vae.sampler must be fitted to latents of shape {tuple(latent_shape)}. "
            f"Received: {type(sampler).__name__} of latents of shape {tuple(shape)}"
        )


def _fits(shape, latent_shape):
    """Whether latents of a shape are those of a model, whose height and width may be free."""
    return len(shape) == len(latent_shape) and all(
        known in (None, size) for size, known in zip(shape, latent_shape, strict=True)
    )
