"""A check of images of free size: their sides must divide by the strides of a network."""

from typing import Any

import keras

from keras_vae.checks import check_count
from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape, Tensor


@register
class DivisibleSides(Configurable, keras.layers.Layer):
    """Gives images as they are, and refuses those whose sides do not divide by a number.

    Without it a decoder would give back images that are smaller than those that were encoded.

    Args:
        divisor: int, by which height and width must divide.
        **kwargs: Keras' own layer arguments, as `name` and `dtype`.

    Call arguments:
        x: tensor (batch, height, width, channels).

    Raises:
        ValueError: if a side does not divide.
    """

    def __init__(self, divisor: int, **kwargs: Any) -> None:
        check_count("networks.DivisibleSides", divisor=divisor)
        super().__init__(**kwargs)
        self.divisor = divisor

    def call(self, x: Tensor) -> Tensor:
        if any(side is not None and side % self.divisor for side in x.shape[1:3]):
            raise ValueError(
                f"The model needs images whose height and width divide by {self.divisor}: crop "
                "them or fill them up, as encode and reconstruct do with padding='edge'. Received: "
                f"images of shape {tuple(x.shape[1:])}"
            )
        return x

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """The input's shape."""
        return tuple(input_shape)
