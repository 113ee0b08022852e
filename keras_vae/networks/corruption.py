"""Noise on a network's input while it trains, for denoising autoencoders."""

from typing import Any

import keras
from keras import ops

from keras_vae import backend
from keras_vae.serialization import Configurable, register


@register
class Corruption(Configurable, keras.layers.Layer):
    """Noise on the input in training; outside of it the input as it is.

    Args:
        noise: `"normal"` adds noise of deviation `level`, `"mask"` sets elements to zero with
            probability `level`. Defaults to `"normal"`.
        level: float >= 0; below 1 for `"mask"`. Defaults to `0.3`.
        seed: int, of the noise. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    Raises:
        ValueError: if `noise` is unknown or `level` is out of its range.

    Reference:
        - [Vincent et al., 2008](https://doi.org/10.1145/1390156.1390294)
    """

    def __init__(
        self, noise: str = "normal", level: float = 0.3, seed: int | None = None, **kwargs: Any
    ) -> None:
        _check(noise, level)
        super().__init__(**kwargs)
        self.noise = noise
        self.level = level
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x: Any, training: bool = False) -> Any:
        if not training:
            return x
        if self.noise == "normal":
            noise = backend.normal(ops.shape(x), seed=self.seed_generator)
            return x + ops.cast(self.level * noise, x.dtype)
        kept = backend.uniform(ops.shape(x), seed=self.seed_generator) >= self.level
        return x * ops.cast(kept, x.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """As the input's."""
        return input_shape


def _check(noise, level):
    if noise not in ("normal", "mask"):
        raise ValueError(f'Corruption needs noise "normal" or "mask". Received: noise={noise!r}')
    if isinstance(level, bool) or not 0 <= level < (1 if noise == "mask" else float("inf")):
        raise ValueError(
            f'Corruption needs level >= 0, and below 1 for "mask". Received: level={level!r}'
        )
