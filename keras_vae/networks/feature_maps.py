"""Encoder to a map of vectors and back (van den Oord et al., 2017), arxiv.org/abs/1711.00937."""

from collections.abc import Sequence
from typing import Any

from keras import layers

from keras_vae.networks.checks import (
    check_image_input,
    check_image_outputs,
    check_shapes,
    check_size,
    check_sizes,
)
from keras_vae.networks.ends import (
    conv_heads,
    conv_options,
    crop,
    encoder_inputs,
    flatten,
    map_sizes,
    network,
    network_inputs,
)


def map_encoder(
    input_shape: Any,
    channels: int,
    filters: tuple[int, ...] = (128, 128),
    blocks: int = 2,
    activation: Any = "relu",
    condition_shape: tuple[int, ...] | None = None,
    normalize: bool = False,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Convolutional encoder of images to a smaller map of vectors, without Dense layers.

    A convolution of stride 2 for each stage, residual blocks, and a linear 1x1 convolution.

    Args:
        input_shape: tuple of ints, (height, width) or (height, width, channels).
        channels: int, of each vector.
        filters: tuple of ints, the channels of each stage, which halves height and width, upwards
            where they are odd. Defaults to `(128, 128)`.
        blocks: int, residual blocks behind the stages. Defaults to `2`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        condition_shape: tuple of ints, the shape of a condition without the batch, which is added
            to every place of the map. Defaults to `None`, no condition.
        normalize: bool, whether each channel of the vectors is brought to mean 0 and variance 1 by
            a batch normalization without weights. Defaults to `False`.
        missing: bool, whether values of the image may be missing. The network then takes a dict of
            `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
            `"condition"`. Defaults to `False`.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> (batch, height, width, channels),
        with the height and width of `map_shape`.

    Raises:
        ValueError: if the input is not an image, or a size is not a positive integer.

    Reference:
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """
    check_shapes(input_shape, {"z": (1,)}, condition_shape)
    check_image_input(input_shape)
    _check(filters, blocks, channels)
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.image(None, dtype)
    for size in filters:
        x = layers.Conv2D(size, strides=2, activation=activation, **conv_options(4, dtype))(x)
    x = residual_stack(add_condition(x, inputs.conditions, dtype), blocks, activation, dtype)
    z = layers.Conv2D(channels, name="z", **conv_options(1, dtype))(x)
    return network(inputs.nest, [normalized(z, dtype) if normalize else z], name)


def map_decoder(
    input_shape: tuple[int, ...],
    output_shapes: dict[str, Any],
    filters: tuple[int, ...] = (128, 128),
    blocks: int = 2,
    activation: Any = "relu",
    condition_shape: tuple[int, ...] | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> Any:
    """Mirror of the `map_encoder` that has the same arguments.

    Args:
        input_shape: tuple of ints, (height, width, channels) of a latent.
        output_shapes: dict of str to tuple of ints, images of one height and width whose
            `map_shape` is the latent's; axes behind them become channels.
        filters: tuple of ints, the encoder's, its first stage first. Defaults to `(128, 128)`.
        blocks: int, residual blocks in front of the stages. Defaults to `2`.
        activation: str or callable, of the hidden layers. Defaults to `"relu"`.
        condition_shape: tuple of ints, the shape of a condition without the batch, which is added
            to every place of the map. Defaults to `None`, no condition.
        dtype: str or `keras.DTypePolicy` of every layer. Defaults to `None`, the global policy.
        name: str, the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, *shape), or one
        tensor if there is one output.

    Raises:
        ValueError: if the outputs are not images of one size that the latent's map belongs to, or a
            size is not a positive integer.

    Reference:
        - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
    """
    check_shapes(input_shape, output_shapes, condition_shape)
    check_image_outputs(output_shapes)
    _check(filters, blocks, 1)
    *sizes, smallest = map_sizes(next(iter(output_shapes.values()))[:2], (2,) * len(filters))
    if len(input_shape) != 3 or tuple(input_shape[:2]) != smallest:
        raise ValueError(
            f"`input_shape` must be ({smallest[0]}, {smallest[1]}, channels) for these outputs. "
            f"Received: input_shape={tuple(input_shape)}"
        )
    inputs = network_inputs(input_shape, condition_shape, dtype)
    x = layers.Conv2D(filters[-1], **conv_options(3, dtype))(inputs[0])
    x = residual_stack(add_condition(x, inputs[1:], dtype), blocks, activation, dtype)
    below = (filters[0], *filters[:-1])
    for channels, size in reversed(list(zip(below, sizes, strict=True))):
        options = {**conv_options(4, dtype), "activation": activation}
        x = crop(layers.Conv2DTranspose(channels, strides=2, **options)(x), size, dtype)
    return network(inputs, conv_heads(x, output_shapes, 3, dtype), name)


def map_shape(image_shape: Any, num_stages: Any) -> Any:
    """Height and width of the map behind so many stages, each of which halves them upwards."""
    return map_sizes(image_shape[:2], (2,) * num_stages)[-1]


def residual_stack(x: Any, blocks: int, activation: Any, dtype: Any) -> Any:
    """Residual blocks of a 3x3 and a 1x1 convolution, and a last activation, on any map."""
    channels = x.shape[-1]
    for _ in range(blocks):
        h = layers.Activation(activation, dtype=dtype)(x)
        h = layers.Conv2D(max(1, channels // 4), activation=activation, **conv_options(3, dtype))(h)
        h = layers.Conv2D(channels, **conv_options(1, dtype))(h)
        x = layers.Add(dtype=dtype)([x, h])
    return layers.Activation(activation, dtype=dtype)(x)


def normalized(z: Any, dtype: Any = None) -> Any:
    """Each channel with mean 0 and variance 1, over the batch and the places of the map."""
    # Keras' momentum of 0.99 would take hundreds of steps to forget where the channels began.
    options = {"center": False, "scale": False, "momentum": 0.9, "name": "normalized"}
    return layers.BatchNormalization(**options, dtype=dtype)(z)


def add_condition(x: Any, conditions: Sequence[Any], dtype: Any) -> Any:
    """Add a linear map of the condition to every place of (batch, height, width, channels)."""
    for condition in conditions:
        shift = layers.Dense(x.shape[-1], dtype=dtype)(flatten(condition, [], dtype))
        x = layers.Add(dtype=dtype)([x, layers.Reshape((1, 1, x.shape[-1]), dtype=dtype)(shift)])
    return x


def _check(filters, blocks, channels):
    check_sizes("filters", filters)
    check_size("channels", channels)
    if not filters:
        raise ValueError(f"`filters` must have at least one stage. Received: filters={filters!r}")
    if blocks:
        check_size("blocks", blocks)
