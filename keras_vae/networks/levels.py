"""Two levels of latents, apart: what a decoder of a hierarchical VAE starts with."""

from typing import Any

import keras

from keras_vae.networks.checks import check_sizes
from keras_vae.serialization import Configurable, register


@register
class Levels(Configurable, keras.layers.Layer):
    """Cuts vectors into levels that stand side by side, (..., features) -> list of (..., size).

    Args:
        sizes: tuple of int, the levels' lengths.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Raises:
        ValueError: if `sizes` is not a tuple of positive integers, or the features do not add up.
    """

    def __init__(self, sizes: tuple[int, ...], **kwargs: Any) -> None:
        check_sizes("sizes", sizes)
        super().__init__(**kwargs)
        self.sizes = sizes

    def build(self, input_shape: Any) -> Any:
        """Check that the levels fill the vectors."""
        if input_shape[-1] != sum(self.sizes):
            raise ValueError(
                f"Levels of sizes {tuple(self.sizes)} need vectors of length {sum(self.sizes)}. "
                f"Received: input of shape {tuple(input_shape)}"
            )

    def call(self, inputs: Any) -> Any:
        """The levels, a list of (..., size)."""
        stops = [sum(self.sizes[: i + 1]) for i in range(len(self.sizes))]
        return [
            inputs[..., stop - size : stop] for size, stop in zip(self.sizes, stops, strict=True)
        ]

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The input's shape with each size last."""
        return [(*input_shape[:-1], size) for size in self.sizes]
