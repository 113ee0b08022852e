"""What networks between images and maps of vectors share: sizes, ranges, and the two ends."""

import math
from typing import Any

from keras import layers

from keras_vae import checks
from keras_vae.networks.architectures import MLP
from keras_vae.networks.checks import check_image_outputs, check_image_shapes
from keras_vae.networks.divisible_sides import DivisibleSides
from keras_vae.networks.ends import (
    EncoderInputs,
    conv_options,
    encoder_inputs,
    network_inputs,
    with_channels,
)
from keras_vae.networks.network import Network, Shape, Shapes

Range = tuple[float, float]


class MapNetwork(Network):
    """Base of the networks whose latents are maps (height, width, channels) of images.

    Height and width of images may be free, `None`. The channels of the latents are the last sizes
    of the shapes that an encoder is asked for.
    """

    #: the values in the data that stand for black and white
    image_range: Range
    #: the values that images have inside of the networks
    inside: Range = (-1.0, 1.0)
    activation: Any

    @property
    def stride(self) -> int:
        """The factor between a side of an image and that of its latent."""
        raise NotImplementedError

    def for_vectors(self) -> Network:
        """See `Network.for_vectors`."""
        return MLP((128,), self.activation)

    def _encoder_inputs(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        condition_shape: Shape | None,
        corruption: Any,
        missing: bool,
        dtype: Any,
    ) -> tuple[EncoderInputs, Any]:
        """The inputs, and the images in the range inside, (batch, height, width, channels)."""
        check_image_shapes(input_shape, output_shapes, condition_shape)
        self._check_sides(input_shape)
        inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
        x = inputs.corrupted(corruption, dtype)
        if checks.is_free(input_shape):
            x = DivisibleSides(self.stride, dtype=dtype)(x)
        x = with_channels(moved(x, self.image_range, self.inside, dtype), dtype)
        if inputs.mask is not None:
            x = layers.Concatenate(dtype=dtype)([x, with_channels(inputs.mask, dtype)])
        return inputs, x

    def _decoder_inputs(
        self, input_shape: Shape, output_shapes: Shapes, condition_shape: Shape | None, dtype: Any
    ) -> list[Any]:
        """The inputs: latents, and behind them the condition if there is one."""
        check_image_shapes(input_shape, output_shapes, condition_shape)
        check_image_outputs(output_shapes)
        self._check_map(input_shape, next(iter(output_shapes.values())))
        return network_inputs(input_shape, condition_shape, dtype)

    def _heads(self, x: Any, output_shapes: Shapes, dtype: Any) -> list[Any]:
        """A last convolution for each output, and what brings it to its shape and range."""
        return [self._head(x, name, shape, dtype) for name, shape in output_shapes.items()]

    def _head(self, x, name, shape, dtype):
        # Means alone are pixels; logits and variances are not.
        moves = name == "mean" and tuple(self.image_range) != self.inside
        last = len(shape) == 3 and not moves
        options = conv_options(3, dtype)
        x = layers.Conv2D(
            math.prod(shape[2:]), name=name if last else f"{name}-conv_out", **options
        )(x)
        if len(shape) != 3:
            x = layers.Reshape(shape, dtype=dtype, name=None if moves else name)(x)
        return moved(x, self.inside, self.image_range, dtype, name) if moves else x

    def _check_sides(self, input_shape):
        if any(side is not None and side % self.stride for side in input_shape[:2]):
            raise ValueError(
                f"networks.{type(self).__name__} needs images whose height and width divide by "
                f"{self.stride}. Received: data of shape {tuple(input_shape)}"
            )

    def _check_map(self, input_shape, data_shape):
        self._check_sides(data_shape)
        sides = tuple(side and side // self.stride for side in data_shape[:2])
        if len(input_shape) != 3 or tuple(input_shape[:2]) != sides:
            raise ValueError(
                f"networks.{type(self).__name__} needs latents of shape ({sides[0]}, {sides[1]}, "
                f"channels) for data of shape {tuple(data_shape)}. Received: latents of shape "
                f"{tuple(input_shape)}"
            )


def moved(x: Any, old: Range, new: Range, dtype: Any, name: str | None = None) -> Any:
    """Values of one range in another one, by a line."""
    if tuple(old) == tuple(new):
        return x
    scale = (new[1] - new[0]) / (old[1] - old[0])
    return layers.Rescaling(scale, new[0] - scale * old[0], dtype=dtype, name=name)(x)
