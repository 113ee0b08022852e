"""Steps along a velocity, and of the density that it carries (Chen et al., 2018)."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_vae import backend
from keras_vae.models.programs import BATCH_SIZE
from keras_vae.typing import Array, Shape, Tensor


class Step(keras.Model):
    """One step of a solver, (batch, ...) -> (batch, ...), compiled once.

    Args:
        velocity: model of a list: latents, times (batch, 1), and flagged conditions if there are
            any.
        solver: `"euler"` or `"heun"`.
        guidance: float, of classifier-free guidance; 1 for none.
    """

    def __init__(self, velocity: keras.Model, solver: str, guidance: float = 1.0) -> None:
        super().__init__(dtype="float32")
        self.velocity = velocity
        self.solver = solver
        self.guidance = guidance
        self.built = True

    def call(self, inputs: dict[str, Tensor]) -> Tensor:
        z, t, dt = (inputs[name] for name in ("z", "t", "dt"))
        wide = ops.reshape(dt, (-1, *[1] * (len(z.shape) - 1)))
        first = self.slope(z, t, inputs.get("condition"))
        ahead = z + wide * first
        if self.solver == "euler":
            return ahead
        second = self.slope(ahead, t + dt, inputs.get("condition"))
        return z + 0.5 * wide * (first + second)

    def slope(self, z: Tensor, t: Tensor, condition: Tensor | None) -> Tensor:
        """dz / dt at a time, of the shape of `z`."""
        if condition is None:
            return self.velocity([z, t])
        given = self.velocity([z, t, condition])
        if self.guidance == 1.0:
            return given
        plain = self.velocity([z, t, ops.zeros_like(condition)])
        return plain + self.guidance * (given - plain)


class DensityStep(Step):
    """One step of latents (batch, size) and, in a last column, of the integral of the divergence.

    Args:
        velocity: as of `Step`.
        latent_shape: tuple of int, that the velocity takes.
    """

    def __init__(self, velocity: keras.Model, latent_shape: Shape) -> None:
        super().__init__(velocity, "heun")
        self.latent_shape = tuple(latent_shape)

    @staticmethod
    def start(z: Array) -> Array:
        """Latents with a zero behind them, (batch, size + 1)."""
        return np.concatenate([z, np.zeros_like(z[:, :1])], axis=1)

    def slope(self, z: Tensor, t: Tensor, condition: Tensor | None) -> Tensor:
        """The velocity, and its divergence, (batch, size + 1).

        The divergence is a sum of derivatives, one for each dimension, all in one pass over as many
        copies of each latent.
        """
        z = z[:, :-1]
        size = z.shape[1]
        each = [ops.repeat(a, size, axis=0) for a in (z, t)]
        more = [] if condition is None else [ops.repeat(condition, size, axis=0)]
        own = ops.tile(ops.eye(size), (ops.shape(z)[0], 1))

        def total(copies: Tensor) -> Tensor:
            return ops.sum(self._flat(copies, each[1], *more) * own)

        derivatives = ops.sum(backend.gradient(total, each[0]) * own, axis=1)
        divergence = ops.sum(ops.reshape(derivatives, (-1, size)), axis=1, keepdims=True)
        velocity = self._flat(z, t, *([] if condition is None else [condition]))
        return ops.concatenate([velocity, divergence], axis=1)

    def _flat(self, z, *others):
        outputs = self.velocity([ops.reshape(z, (-1, *self.latent_shape)), *others])
        return ops.reshape(outputs, (-1, z.shape[1]))


def integrate(
    step: Callable[..., Any],
    z: Array,
    times: Array,
    condition: Array | None = None,
    batch_size: int = BATCH_SIZE,
) -> Array:
    """Take steps from the first time to the last.

    Args:
        step: `Step`.
        z: array (n, ...), at the first time.
        times: array of float (steps + 1,).
        condition: array (n, condition), flagged; or None.
        batch_size: int, rows at once. Defaults to 1,024.

    Returns:
        Array (n, ...), at the last time.
    """
    z = np.asarray(z, "float32")
    fields = {} if condition is None else {"condition": condition}
    for start, end in zip(times[:-1], times[1:], strict=True):
        column = np.ones((len(z), 1), "float32")
        inputs = {"z": z, "t": column * start, "dt": column * (end - start), **fields}
        z = step.predict(
            {name: value.astype("float32") for name, value in inputs.items()},
            batch_size=batch_size,
            verbose=0,
        )
    return z
