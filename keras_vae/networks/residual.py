"""Pre-activation residual networks (He et al., 2016), arxiv.org/abs/1603.05027."""

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
from keras_vae.typing import Tensor


def residual_encoder(
    input_shape: Any,
    output_shapes: dict[str, Any],
    filters: tuple[int, ...] = (32, 64, 128),
    strides: tuple[int, ...] = (1, 2, 2),
    blocks: int = 2,
    kernel_size: int = 3,
    batch_norm: bool = False,
    activation: Any = "relu",
    dense: tuple[int, ...] = (256,),
    condition_shape: tuple[int, ...] | None = None,
    corruption: Any = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Residual encoder for images of any size.

    A first convolution is followed by stages of pre-activation residual blocks; the first block
    of a stage divides height and width by the stage's stride, upwards where it does not go in.
    Then come Dense layers and a linear Dense head for each output. The last convolution of each
    block starts at zero, so that a new network is the path of its shortcuts.

    Args:
        input_shape: tuple of ints, (height, width) or (height, width, channels).
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them.
        filters: tuple of ints, the channels of each stage. Defaults to `(32, 64, 128)`.
        strides: tuple of ints, the stride of each stage. Defaults to `(1, 2, 2)`.
        blocks: int, the residual blocks of each stage. Defaults to `2`.
        kernel_size: int, the side of each kernel. Defaults to `3`.
        batch_norm: bool, whether to normalize in front of each activation of the stages. Defaults
            to `False`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        dense: tuple of ints, the units of each Dense layer; may be `()`. Defaults to `(256,)`.
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
        ValueError: if the input is not an image, `filters` and `strides` differ in length, or a
            size is not a positive integer.

    Reference:
        - [He et al., 2016](https://arxiv.org/abs/1603.05027)
    """
    block = _Block(kernel_size, batch_norm, activation, dtype)
    check_shapes(input_shape, output_shapes, condition_shape)
    check_image_input(input_shape)
    _check(block, filters, strides, blocks, dense)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.image(corruption, dtype)
    x = block.convolve(x, filters[0])
    for channels, stride in zip(filters, strides, strict=True):
        x = block.residual(x, channels, stride)
        for _ in range(blocks - 1):
            x = block.residual(x, channels)
    x = dense_stack(block.activate(x), inputs.conditions, dense, activation, dtype)
    return network(inputs.nest, dense_heads(x, output_shapes, dtype), name)


def residual_decoder(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    filters: tuple[int, ...] = (32, 64, 128),
    strides: tuple[int, ...] = (1, 2, 2),
    blocks: int = 2,
    kernel_size: int = 3,
    batch_norm: bool = False,
    activation: Any = "relu",
    dense: tuple[int, ...] = (256,),
    condition_shape: tuple[int, ...] | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Mirror of the `residual_encoder` that has the same arguments, for images of any size.

    The Dense layers and the stages come in reverse order, from the encoder's smallest feature map
    up; in front of the last block of a stage stands a nearest-neighbour upsampling by the stage's
    stride, cropped where the encoder divided upwards. A last linear convolution for each output
    gives it its channels.

    Args:
        input_shape: tuple of ints, one latent's shape without the batch; it is flattened.
        output_shapes: dict of str to tuple of ints, each output's shape without the batch, in the
            order in which the model returns them. The first two axes are height and width, the
            same for all; any others become channels, as in (28, 28), (32, 32, 3) or, for 256
            categories a value, (32, 32, 3, 256).
        filters: tuple of ints, the encoder's channels, its first stage first. Defaults to
            `(32, 64, 128)`.
        strides: tuple of ints, the encoder's strides. Defaults to `(1, 2, 2)`.
        blocks: int, the residual blocks of each stage. Defaults to `2`.
        kernel_size: int, the side of each kernel. Defaults to `3`.
        batch_norm: bool, whether to normalize in front of each activation of the stages. Defaults
            to `False`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        dense: tuple of ints, the encoder's Dense layers, its first one first. Defaults to
            `(256,)`.
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
            length, or a size is not a positive integer.

    Reference:
        - [He et al., 2016](https://arxiv.org/abs/1603.05027)
    """
    block = _Block(kernel_size, batch_norm, activation, dtype)
    check_shapes(input_shape, output_shapes, condition_shape)
    check_image_outputs(output_shapes)
    _check(block, filters, strides, blocks, dense)
    *sizes, smallest = map_sizes(next(iter(output_shapes.values()))[:2], strides)
    below = (filters[0], *filters[:-1])
    inputs = network_inputs(input_shape, condition_shape, dtype)
    x = dense_stack(inputs[0], inputs[1:], dense[::-1], activation, dtype)
    # Linear, as the first block activates what it is given.
    x = dense_to_map(x, smallest, filters[-1], None, dtype)
    for channels, stride, size in reversed(list(zip(below, strides, sizes, strict=True))):
        for _ in range(blocks - 1):
            x = block.residual(x, x.shape[-1])
        x = block.residual(enlarge(x, stride, size, dtype), channels)
    return network(inputs, conv_heads(block.activate(x), output_shapes, kernel_size, dtype), name)


class _Block(NamedTuple):
    """What the residual blocks of one network have in common."""

    kernel_size: int
    batch_norm: bool
    activation: Any
    dtype: Any

    def residual(self, x: Tensor, channels: int, stride: int = 1) -> Tensor:
        """(batch, height, width, ...) -> (batch, height / stride, width / stride, channels)."""
        h = self.convolve(self.activate(x), channels, strides=stride)
        h = self.convolve(self.activate(h), channels, kernel_initializer="zeros")
        if stride > 1 or x.shape[-1] != channels:
            x = self.convolve(x, channels, kernel_size=1, strides=stride)
        return layers.Add(dtype=self.dtype)([x, h])

    def activate(self, x: Tensor) -> Tensor:
        """The pre-activation, which keeps the shape."""
        if self.batch_norm:
            x = normalize(x, self.dtype)
        return layers.Activation(self.activation, dtype=self.dtype)(x)

    def convolve(self, x: Tensor, channels: int, **options: Any) -> Tensor:
        """A convolution without activation, by default of the block's kernel size and stride 1."""
        options = {**conv_options(self.kernel_size, self.dtype), **options}
        return layers.Conv2D(channels, **options)(x)


def _check(block, filters, strides, blocks, dense):
    check_stages(filters, strides)
    check_size("blocks", blocks)
    check_size("kernel_size", block.kernel_size)
    check_sizes("dense", dense)
