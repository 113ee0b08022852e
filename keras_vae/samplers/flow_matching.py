"""Flow matching over latents (Lipman et al., 2023), arxiv.org/abs/2210.02747."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.checks import (
    check_choice,
    check_count,
    check_non_negative,
    check_proper_fraction,
    refuse,
)
from keras_vae.models.programs import BATCH_SIZE
from keras_vae.samplers.conditions import check_given, condition_rows, condition_size
from keras_vae.samplers.latent_density import LatentDensity, moments
from keras_vae.samplers.ode import DensityStep, Step, integrate
from keras_vae.samplers.seeds import seed_of
from keras_vae.samplers.training import LatentLoss
from keras_vae.samplers.velocity import velocity_network
from keras_vae.serialization import register
from keras_vae.typing import Array, Seed, Shape, Tensor


@register
class FlowMatching(LatentDensity):
    r"""A velocity that carries normal noise to a trained model's latents, along straight lines.

    A network learns $v(z_t, t) \approx E[z_1 - z_0 | z_t]$ for noise $z_0$, a latent $z_1$ and
    $z_t = (1 - t) z_0 + t z_1$ (rectified flow, Liu et al., 2022). Draws follow $dz = v\,dt$ from
    t = 0 to 1. Vectors have a network of layers, maps (height, width, channels) a small U-Net.
    `fit` takes `epochs`, 100 by default, `batch_size`, 256, `optimizer`, Adam with a cosine decay
    from 0.001 by default, `verbose` and others of Keras' `fit`.

    Densities are those of the exact flow of the network, up to the error of the solver. Their cost
    grows with the square of the number of latent dimensions.

    Args:
        hidden: tuple of int, widths of the layers, or filters from the finest map to the coarsest.
            Defaults to `None`: `(256, 256, 256)` for vectors, `(64, 128)` for maps.
        activation: name or function, of the layers. Defaults to `"silu"`.
        conditional: bool, whether the latents of examples are learned, and drawn, for their
            condition. Defaults to `False`.
        guidance: float >= 0, w of classifier-free guidance (Ho and Salimans, 2022) in draws: v
            without condition + w (v with it - v without it). Densities have w = 1. Defaults to
            `1.0`, none.
        drop_condition: float in (0, 1), the part of the examples that are learned without their
            condition. Defaults to `0.1`.
        steps: int, of the solver in draws; densities take four times as many. Defaults to `20`.
        solver: `"heun"`, two passes of the network a step, or `"euler"`, one. Defaults to `"heun"`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if an argument is out of its range.

    References:
        - [Lipman et al., 2023](https://arxiv.org/abs/2210.02747)
        - [Liu et al., 2022](https://arxiv.org/abs/2209.03003)
        - [Ho and Salimans, 2022](https://arxiv.org/abs/2207.12598)

    Example:

    >>> sampler = keras_vae.samplers.FlowMatching(hidden=(16,), steps=4)
    >>> sampler = sampler.fit(vae, x, epochs=1, verbose=0)
    >>> vae.generate(3, sampler=sampler).shape
    (3, 8, 8)
    """

    def __init__(
        self,
        hidden: Shape | None = None,
        activation: Any = "silu",
        conditional: bool = False,
        guidance: float = 1.0,
        drop_condition: float = 0.1,
        steps: int = 20,
        solver: str = "heun",
        **kwargs: Any,
    ) -> None:
        owner = "samplers.FlowMatching"
        if hidden is not None:
            check_count(owner, **{f"hidden[{i}]": width for i, width in enumerate(hidden)})
        check_non_negative(owner, guidance=guidance)
        check_proper_fraction(owner, drop_condition=drop_condition)
        check_count(owner, steps=steps)
        check_choice(owner, ["heun", "euler"], solver=solver)
        super().__init__(**kwargs)
        self.hidden = hidden
        self.activation = activation
        self.conditional = conditional
        self.guidance = guidance
        self.drop_condition = drop_condition
        self.steps = steps
        self.solver = solver
        self.condition_size = 0

    # ---- what is fitted ----------------------------------------------------------------------

    def prepare(self, latent_shape: Sequence[int], condition_size: int | None = None) -> None:
        """Get ready for latents of this shape, and conditions of this size.

        Raises:
            ValueError: if the sampler is for latents of another shape already.
        """
        unprepared = self.latent_shape is None
        super().prepare(latent_shape)
        if condition_size is not None:
            self.condition_size = condition_size
        if unprepared:
            self.velocity = self._new_network()

    def prepared_with(self) -> dict[str, Any]:
        """The arguments of `prepare`, for files."""
        return {**super().prepared_with(), "condition_size": self.condition_size}

    def _new_network(self):
        # One number more says whether there is a condition.
        size = self.condition_size + 1 if self.condition_size else 0
        return velocity_network(tuple(self.latent_shape), size, self.hidden, self.activation)

    def fit(
        self,
        vae: Any,
        x: Any,
        condition: Any = None,
        num_samples: int | None = 1,
        seed: int | None = None,
        **kwargs: Any,
    ) -> Any:
        """Fit to a trained model's latents of examples.

        Args:
            vae: `keras_vae.VAE`, trained.
            x: array (n, event), the training data.
            condition: array (n, condition) or labels (n,); for `conditional=True`, and for
                conditional models. Defaults to `None`.
            num_samples: int, draws of each q(z|x); `None` takes the means. Defaults to `1`.
            seed: int, of the draws and the fit. Defaults to `None`.
            **kwargs: passed to `fit_latents`.

        Returns:
            The sampler itself.

        Raises:
            ValueError: if there is no condition for `conditional=True`, or if the latents are not
                real numbers.
        """
        known = condition if vae.condition_shape is not None else None
        z = self.latents_of(vae, x, known, num_samples, seed)
        if self.conditional:
            draws = num_samples or 1  # the first draw of all examples comes first
            check_given(self.owner, condition)
            kwargs["condition"] = np.concatenate([ops.convert_to_numpy(condition)] * draws)
        return self.fit_latents(z, seed=seed, **kwargs)

    def fit_vectors(
        self,
        z: Array,
        seed: Seed,
        condition: Any = None,
        epochs: int = 100,
        batch_size: int | None = 256,
        optimizer: Any = None,
        verbose: Any = "auto",
        **kwargs: Any,
    ) -> None:
        shift, scale = moments(z)
        white = ((z - shift) / scale).reshape(len(z), *self.latent_shape).astype("float32")
        data: Any = white
        if self.conditional:
            data = {
                "z": white,
                "condition": condition_rows(self.owner, condition, len(z), self.condition_size),
            }
        # A new one, for a second fit starts anew.
        network = self._new_network()
        draw_kernels_anew(network, seed)
        loss = FlowMatchingLoss(network, self.drop_condition, seed)
        steps = epochs * -(-len(z) // (batch_size or 32))
        loss.compile(optimizer or keras.optimizers.Adam(decayed(steps)))
        loss.fit(data, epochs=epochs, batch_size=batch_size, verbose=verbose, **kwargs)
        self.velocity.set_weights(network.get_weights())
        self.arrays.update(shift=shift, scale=scale)

    # ---- draws and densities -----------------------------------------------------------------

    def sample_for(self, num_samples: int, seed: Seed = None, condition: Any = None) -> Array:
        """Draws of z for conditions, a float32 array (num_samples, latent).

        Args:
            num_samples: int.
            seed: int or `keras.random.SeedGenerator`. Defaults to `None`, other draws each time.
            condition: labels (num_samples,) or one for all, or rows (num_samples, condition);
                `None` draws without a condition. Defaults to `None`.

        Raises:
            ValueError: if nothing has been fitted, or the condition does not fit.
        """
        check_count(self.owner, num_samples=num_samples)
        self.check_fitted()
        rows = None
        if self.conditional and condition is not None:
            rows = condition_rows(self.owner, condition, num_samples, self.condition_size)
        return np.asarray(self._draw(num_samples, seed, rows), "float32")

    def draw(self, num_samples: int, seed: Seed) -> Array:
        return self._draw(num_samples, seed, None)

    def _draw(self, num_samples, seed, rows):
        noise = backend.normal((num_samples, *self.latent_shape), seed=seed_of(seed))
        step = Step(self.velocity, self.solver, self.guidance if rows is not None else 1.0)
        times = np.linspace(0, 1, self.steps + 1)
        z = integrate(step, ops.convert_to_numpy(noise), times, self._flagged(num_samples, rows))
        shift, scale = (
            self.arrays[name].reshape(1, *self.latent_shape) for name in ("shift", "scale")
        )
        return shift + scale * z

    def score_vectors(self, z: Array) -> Array:
        white = ((z - self.arrays["shift"]) / self.arrays["scale"]).astype("float32")
        step = DensityStep(self.velocity, self.latent_shape)
        times = np.linspace(1, 0, 4 * self.steps + 1)
        rows = max(1, BATCH_SIZE // white.shape[1])
        z0 = integrate(step, step.start(white), times, self._flagged(len(z), None), rows)
        noise, divergence = z0[:, :-1].astype("float64"), z0[:, -1]
        normal = -0.5 * np.sum(noise**2 + np.log(2 * np.pi), axis=1)
        return normal + divergence - np.sum(np.log(self.arrays["scale"]))

    def _flagged(self, num_samples, rows):
        """Conditions as the network takes them, a flag behind them; None without conditions."""
        if not self.condition_size:
            return None
        if rows is None:
            return np.zeros((num_samples, self.condition_size + 1), "float32")
        return np.concatenate([rows, np.ones((num_samples, 1), "float32")], axis=1)

    def fit_latents(self, z: Any, seed: int | None = None, **kwargs: Any) -> Any:
        """Fit to latents themselves.

        Args:
            z: array (n, latent).
            seed: int, of the fit. Defaults to `None`.
            **kwargs: `condition` for `conditional=True`, rows (n, condition) or integer labels
                (n,); and those of the training, see the class.

        Returns:
            The sampler itself.

        Raises:
            ValueError: as `LatentDensity.fit_latents`, and if a condition is missing or too many.
        """
        condition = kwargs.get("condition")
        if (condition is not None) != self.conditional:
            refuse(self.owner, "given if conditional=True, and only then", condition=condition)
        if self.conditional and self.latent_shape is None:
            self.condition_size = condition_size(condition)
        return super().fit_latents(z, seed=seed, **kwargs)


def decayed(steps: int) -> keras.optimizers.schedules.LearningRateSchedule:
    """The usual learning rate: from 0.001 down to zero, along a cosine."""
    return keras.optimizers.schedules.CosineDecay(1e-3, max(1, steps))


def draw_kernels_anew(network: keras.Model, seed: Seed) -> None:
    """Draw a network's kernels anew by a seed, but for those that start at zero or one."""
    glorot = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    for weight in network.trainable_variables:
        if len(weight.shape) > 1 and np.any(ops.convert_to_numpy(weight)):
            weight.assign(glorot(weight.shape))


class FlowMatchingLoss(LatentLoss):
    """The squared error of a velocity, for each latent, at a random time and noise.

    Args:
        velocity: model of a list: latents, times, and flagged conditions if there are any.
        drop_condition: float in (0, 1), see `FlowMatching`.
        seed: int, of the draws and shuffles. Defaults to `None`.
    """

    def __init__(self, velocity: keras.Model, drop_condition: float, seed: Seed = None) -> None:
        super().__init__(seed)
        self.velocity = velocity
        self.drop_condition = drop_condition
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Tensor:
        fields = inputs if isinstance(inputs, dict) else {"z": inputs}
        z = ops.convert_to_tensor(fields["z"], "float32")
        rows = ops.shape(z)[0]
        noise = backend.normal(ops.shape(z), seed=self.seed_generator)
        t = backend.uniform((rows, 1), seed=self.seed_generator)
        broad = ops.reshape(t, (-1, *[1] * (len(z.shape) - 1)))
        arguments = [(1 - broad) * noise + broad * z, t]
        if "condition" in fields:
            uniform = backend.uniform((rows, 1), seed=self.seed_generator)
            kept = ops.cast(uniform > self.drop_condition, "float32")
            condition = ops.cast(fields["condition"], "float32")
            arguments.append(ops.concatenate([condition * kept, kept], axis=-1))
        error = self.velocity(arguments) - (z - noise)
        return ops.mean(ops.reshape(ops.square(error), (rows, -1)), axis=-1)
