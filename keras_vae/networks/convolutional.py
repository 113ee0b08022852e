"""Convolutional encoder and its mirror, as in keras.io/examples/generative/vae (Chollet, 2020)."""

from typing import Any, NamedTuple

from keras import layers

from keras_vae.networks.checks import (
    check_image_input,
    check_image_outputs,
    check_shapes,
    check_size,
    check_sizes,
    check_stages,
)
from keras_vae.networks.ends import (
    conv_heads,
    conv_options,
    crop,
    dense_heads,
    dense_stack,
    dense_to_map,
    encoder_inputs,
    enlarge,
    map_sizes,
    network,
    network_inputs,
    normalize,
)
from keras_vae.typing import Shape, Tensor

_POOLINGS = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}


def conv_encoder(
    input_shape: Any,
    output_shapes: dict[str, Any],
    filters: tuple[int, ...] = (32, 64, 64, 64),
    strides: tuple[int, ...] = (1, 2, 1, 1),
    kernel_size: int = 3,
    pooling: Any = None,
    batch_norm: bool = False,
    activation: Any = "relu",
    dense: tuple[int, ...] = (32,),
    condition_shape: tuple[int, ...] | None = None,
    corruption: Any = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Convolutional encoder for images of any size.

    Each stage is a convolution that divides height and width by its stride, upwards where it does
    not go in. Then come Dense layers and a linear Dense head for each output. `conv_decoder` with
    the same arguments is its mirror.

    Args:
        input_shape: tuple of ints, (height, width) or (height, width, channels).
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them.
        filters: tuple of ints, the channels of each stage. Defaults to `(32, 64, 64, 64)`.
        strides: tuple of ints, the stride of each stage. Defaults to `(1, 2, 1, 1)`.
        kernel_size: int, the side of each kernel. Defaults to `3`.
        pooling: `"max"` or `"average"`: convolutions have stride 1, and 2x2 pooling follows where
            the stride is 2. Defaults to `None`, strided convolutions.
        batch_norm: bool, whether to normalize between convolution and activation; the
            convolutions then have no bias. Defaults to `False`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        dense: tuple of ints, the units of each Dense layer; may be `()`. Defaults to `(32,)`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, the input and the condition, which join where the image is flat.
            Defaults to `None`, no condition.
        corruption: `keras.layers.Layer` that the input passes first, such as
            `keras_vae.networks.Corruption`. Defaults to `None`.
        missing: bool, whether values of the input may be missing. The network then takes a dict of
            `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
            `"condition"`. Defaults to `False`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), or one
        tensor if there is one output. `output_names` are the names in `output_shapes`.

    Raises:
        ValueError: if the input is not an image, `filters` and `strides` differ in length, a size
            is not a positive integer, or `pooling` is unknown or meets a stride above 2.

    Example:

    ```python
    encoder = conv_encoder((28, 28, 1), {"mean": (4,), "log_var": (4,)})
    decoder = conv_decoder((4,), {"logits": (28, 28, 1)})
    ```
    """
    stage = _Stage(kernel_size, pooling, batch_norm, activation, dtype)
    check_shapes(input_shape, output_shapes, condition_shape)
    check_image_input(input_shape)
    _check(stage, filters, strides, dense)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.image(corruption, dtype)
    for channels, stride in zip(filters, strides, strict=True):
        x = stage.down(x, channels, stride)
    x = dense_stack(x, inputs.conditions, dense, activation, dtype)
    return network(inputs.nest, dense_heads(x, output_shapes, dtype), name)


def conv_decoder(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    filters: tuple[int, ...] = (32, 64, 64, 64),
    strides: tuple[int, ...] = (1, 2, 1, 1),
    kernel_size: int = 3,
    pooling: Any = None,
    batch_norm: bool = False,
    activation: Any = "relu",
    dense: tuple[int, ...] = (32,),
    condition_shape: tuple[int, ...] | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Mirror of the `conv_encoder` that has the same arguments, for images of any size.

    The Dense layers and the stages come in reverse order, from the encoder's smallest feature map
    up: each stage is a transposed convolution by its stride, or with `pooling` a nearest-neighbour
    upsampling and a convolution. Maps are cropped where the encoder divided upwards. A last linear
    convolution for each output gives it its channels.

    Args:
        input_shape: tuple of ints, one latent's shape without the batch; it is flattened.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them. The first two axes are height and width, the
            same for all; any others become channels, as in (28, 28), (32, 32, 3) or, for 256
            categories a value, (32, 32, 3, 256).
        filters: tuple of ints, the encoder's channels, its first stage first. Defaults to
            `(32, 64, 64, 64)`.
        strides: tuple of ints, the encoder's strides. Defaults to `(1, 2, 1, 1)`.
        kernel_size: int, the side of each kernel. Defaults to `3`.
        pooling: `"max"` or `"average"` if the encoder pools; both are undone alike. Defaults to
            `None`, transposed convolutions.
        batch_norm: bool, whether to normalize between convolution and activation; the
            convolutions then have no bias. Defaults to `False`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        dense: tuple of ints, the encoder's Dense layers, its first one first. Defaults to `(32,)`.
        condition_shape: tuple of ints, the shape of a condition without the batch. The network then
            takes a list, the input and the condition, which join where the image is flat.
            Defaults to `None`, no condition.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), or one
        tensor if there is one output. `output_names` are the names in `output_shapes`.

    Raises:
        ValueError: if the outputs are not images of one size, `filters` and `strides` differ in
            length, a size is not a positive integer, or `pooling` is unknown or meets a stride
            above 2.
    """
    stage = _Stage(kernel_size, pooling, batch_norm, activation, dtype)
    check_shapes(input_shape, output_shapes, condition_shape)
    check_image_outputs(output_shapes)
    _check(stage, filters, strides, dense)
    *sizes, smallest = map_sizes(next(iter(output_shapes.values()))[:2], strides)
    inputs = network_inputs(input_shape, condition_shape, dtype)
    x = dense_stack(inputs[0], inputs[1:], dense[::-1], activation, dtype)
    x = dense_to_map(x, smallest, filters[-1], activation, dtype)
    for channels, stride, size in reversed(list(zip(filters, strides, sizes, strict=True))):
        x = stage.up(x, channels, stride, size)
    return network(inputs, conv_heads(x, output_shapes, kernel_size, dtype), name)


class _Stage(NamedTuple):
    """What the stages of one network have in common."""

    kernel_size: int
    pooling: str | None
    batch_norm: bool
    activation: Any
    dtype: Any

    def down(self, x: Tensor, channels: int, stride: int) -> Tensor:
        """(batch, height, width, ...) -> (batch, height / stride, width / stride, channels)."""
        if self.pooling is None:
            return self.activate(layers.Conv2D(channels, strides=stride, **self.options())(x))
        x = self.activate(layers.Conv2D(channels, **self.options())(x))
        if stride == 1:
            return x
        pool = _POOLINGS[self.pooling]
        return pool(2, padding="same", data_format="channels_last", dtype=self.dtype)(x)

    def up(self, x: Tensor, channels: int, stride: int, size: Shape) -> Tensor:
        """(batch, height, width, ...) -> (batch, *size, channels)."""
        if self.pooling is None:
            x = layers.Conv2DTranspose(channels, strides=stride, **self.options())(x)
            return self.activate(crop(x, size, self.dtype))
        x = enlarge(x, stride, size, self.dtype)
        return self.activate(layers.Conv2D(channels, **self.options())(x))

    def options(self) -> dict[str, Any]:
        """Keyword arguments of the stage's convolution."""
        # If batch normalization follows, it has the bias, and the activation comes after it.
        last = {"use_bias": False} if self.batch_norm else {"activation": self.activation}
        return {**conv_options(self.kernel_size, self.dtype), **last}

    def activate(self, x: Tensor) -> Tensor:
        """What follows the convolution unless it ends the stage itself."""
        if not self.batch_norm:
            return x
        return layers.Activation(self.activation, dtype=self.dtype)(normalize(x, self.dtype))


def _check(stage, filters, strides, dense):
    check_stages(filters, strides)
    check_size("kernel_size", stage.kernel_size)
    check_sizes("dense", dense)
    if stage.pooling is None:
        return
    if stage.pooling not in list(_POOLINGS):
        raise ValueError(
            f"`pooling` must be None or one of {sorted(_POOLINGS)}. "
            f"Received: pooling={stage.pooling!r}"
        )
    # Average pooling of 3x3 and more pads differently on torch than on the other backends.
    if max(strides) > 2:
        raise ValueError(
            "With `pooling` every stride must be 1 or 2. "
            f"Received: pooling={stage.pooling!r}, strides={tuple(strides)}"
        )
