"""The two ends that all networks share: in from any data shape, out to any named outputs.

Images are channels last here whatever `keras.config.image_data_format()` says: the image axes of
data and outputs come first, and every layer is told so.
"""

import math
from typing import Any, NamedTuple

import keras
from keras import layers

from keras_vae.typing import Shape, Tensor


def network_inputs(shape: Any, condition_shape: Any, dtype: Any) -> Any:
    """The symbolic inputs: [(batch, *shape)], and behind it the condition if there is one."""
    # A mixed policy takes its input unrounded, in the dtype of its weights.
    dtype = keras.dtype_policies.get(dtype).variable_dtype
    inputs = [keras.Input(shape, dtype=dtype, name="inputs")]
    if condition_shape is not None:
        inputs.append(keras.Input(condition_shape, dtype=dtype, name="condition"))
    return inputs


class EncoderInputs(NamedTuple):
    """The symbolic inputs of an encoder.

    Args:
        x: tensor (batch, *shape).
        mask: tensor (batch, *shape), 1 where x is observed; None where x is whole.
        conditions: list of tensors, of one condition or of none.
    """

    x: Any
    mask: Any
    conditions: Any

    @property
    def nest(self) -> Any:
        """What the network takes: a tensor, a list with the condition, or a dict with the mask."""
        if self.mask is None:
            return [self.x, *self.conditions]
        names = ("x", "mask", "condition")
        return dict(zip(names, (self.x, self.mask, *self.conditions), strict=False))

    @property
    def beside(self) -> list[Any]:
        """What joins x where it is flat: the mask and the condition."""
        return [*([] if self.mask is None else [self.mask]), *self.conditions]

    def corrupted(self, corruption: Any, dtype: Any) -> Any:
        """x behind a layer of noise, which leaves zeros where x is missing."""
        if corruption is None:
            return self.x
        x = corruption(self.x)
        return x if self.mask is None else layers.Multiply(dtype=dtype)([x, self.mask])

    def image(self, corruption: Any, dtype: Any) -> Any:
        """x with channels, (batch, height, width, channels), and behind them those of the mask."""
        x = with_channels(self.corrupted(corruption, dtype), dtype)
        if self.mask is None:
            return x
        return layers.Concatenate(dtype=dtype)([x, with_channels(self.mask, dtype)])


def encoder_inputs(
    shape: Any, condition_shape: Any, dtype: Any, missing: bool = False
) -> EncoderInputs:
    """The symbolic inputs of an encoder; with `missing`, x and the mask of what is observed."""
    if not missing:
        x, *conditions = network_inputs(shape, condition_shape, dtype)
        return EncoderInputs(x, None, conditions)
    # Keras wants the names of a dict's inputs to be its keys.
    dtype = keras.dtype_policies.get(dtype).variable_dtype
    x, mask = (keras.Input(shape, dtype=dtype, name=name) for name in ("x", "mask"))
    named = [] if condition_shape is None else [condition_shape]
    conditions = [keras.Input(shape, dtype=dtype, name="condition") for shape in named]
    return EncoderInputs(x, mask, conditions)


def network(inputs: Any, outputs: Any, name: str) -> Any:
    """The functional model; a single input or output is a tensor, several a list or a dict."""
    return keras.Model(_one_or_list(inputs), _one_or_list(outputs), name=name)


def _one_or_list(tensors):
    if isinstance(tensors, dict):
        return tensors
    return tensors if len(tensors) > 1 else tensors[0]


def flatten(x: Any, conditions: Any, dtype: Any) -> Any:
    """(batch, ...) -> (batch, features), the conditions' features behind its own.

    Args:
        x: tensor (batch, ...).
        conditions: list of tensors (batch, ...), of one condition or of none.
        dtype: str or `keras.DTypePolicy`.
    """
    flat = [_flatten(tensor, dtype) for tensor in (x, *conditions)]
    return layers.Concatenate(dtype=dtype)(flat) if len(flat) > 1 else flat[0]


def _flatten(x, dtype):
    if len(x.shape) == 2:
        return x
    return layers.Reshape((math.prod(x.shape[1:]),), dtype=dtype)(x)


def dense_stack(x: Any, conditions: Any, sizes: Any, activation: Any, dtype: Any) -> Any:
    """Flatten, then one Dense layer for each size, (batch, ...) -> (batch, sizes[-1])."""
    x = flatten(x, conditions, dtype)
    for size in sizes:
        x = layers.Dense(size, activation=activation, dtype=dtype)(x)
    return x


def dense_heads(
    x: Any, output_shapes: Any, dtype: Any, kernel_initializer: str = "glorot_uniform"
) -> Any:
    """One linear Dense layer for each output, (batch, features) -> list of (batch, *shape)."""
    common = {"kernel_initializer": kernel_initializer, "dtype": dtype}

    def head(shape: Shape, name: str | None = None) -> Tensor:
        return layers.Dense(math.prod(shape), **common, name=name)(x)

    return _heads(head, 1, output_shapes, dtype)


def conv_heads(x: Any, output_shapes: Any, kernel_size: Any, dtype: Any) -> Any:
    """One linear convolution for each output, (batch, height, width, channels) -> list of outputs.

    All axes of an output behind height and width become the channels of its convolution: none for
    grey images without a channel axis, channels and categories for categorical colour images.
    """

    def head(shape: Shape, name: str | None = None) -> Tensor:
        convolution = conv_options(kernel_size, dtype)
        return layers.Conv2D(math.prod(shape[2:]), **convolution, name=name)(x)

    return _heads(head, 3, output_shapes, dtype)


def _heads(head, ndim, output_shapes, dtype):
    """Reshape what a head gives unless it has the axes already; the last layer bears the name."""
    outputs = []
    for name, shape in output_shapes.items():
        if len(shape) == ndim:
            outputs.append(head(shape, name=name))
        else:
            outputs.append(layers.Reshape(shape, dtype=dtype, name=name)(head(shape)))
    return outputs


def conv_options(kernel_size: Any, dtype: Any) -> Any:
    """What every convolution here has in common, as keyword arguments of its layer."""
    return {
        "kernel_size": kernel_size,
        "padding": "same",
        "data_format": "channels_last",
        "dtype": dtype,
    }


def with_channels(x: Any, dtype: Any) -> Any:
    """Give an image without channel axis one, (batch, height, width) -> (..., 1)."""
    if len(x.shape) == 4:
        return x
    return layers.Reshape((*x.shape[1:], 1), dtype=dtype)(x)


def map_sizes(image_size: Any, strides: Any) -> Any:
    """Height and width in front of each stage and behind the last: each stride divides upwards."""
    sizes = [tuple(image_size)]
    for stride in strides:
        sizes.append(tuple(math.ceil(side / stride) for side in sizes[-1]))
    return sizes


def dense_to_map(x: Any, size: Any, channels: Any, activation: Any, dtype: Any) -> Any:
    """Dense layer to a feature map, (batch, features) -> (batch, *size, channels)."""
    x = layers.Dense(math.prod(size) * channels, activation=activation, dtype=dtype)(x)
    return layers.Reshape((*size, channels), dtype=dtype)(x)


def crop(x: Any, size: Any, dtype: Any) -> Any:
    """Cut a feature map at the bottom and right to `size`, (batch, *size, channels)."""
    height, width = x.shape[1] - size[0], x.shape[2] - size[1]
    if not height and not width:
        return x
    cropping = ((0, height), (0, width))
    return layers.Cropping2D(cropping, data_format="channels_last", dtype=dtype)(x)


def enlarge(x: Any, stride: Any, size: Any, dtype: Any) -> Any:
    """Repeat each place `stride` times a side and crop to `size`, (batch, *size, channels)."""
    if stride > 1:
        x = layers.UpSampling2D(stride, data_format="channels_last", dtype=dtype)(x)
    return crop(x, size, dtype)


def normalize(x: Any, dtype: Any) -> Any:
    """Batch normalization over the channels, (batch, height, width, channels)."""
    return layers.BatchNormalization(axis=-1, dtype=dtype)(x)
