"""Networks around levels of codes (Razavi et al., 2019), arxiv.org/abs/1906.00446.

Levels are maps of vectors, the smallest first. Each is twice as high and wide as the one before it.
"""

import math
from collections.abc import Sequence
from typing import Any

import keras
from keras import layers

from keras_vae.networks.ends import (
    conv_options,
    crop,
    encoder_inputs,
    map_sizes,
    network,
    network_inputs,
)
from keras_vae.networks.feature_maps import add_condition, map_decoder, residual_stack
from keras_vae.networks.gated_pixel_cnn import code_inputs, from_condition, gated_logits
from keras_vae.typing import Shape


def level_sizes(image_size: Shape, num_stages: int, num_levels: int) -> list[Shape]:
    """Height and width of each level, the smallest first.

    Args:
        image_size: (height, width) of the data.
        num_stages: int, how often the largest level halves them, upwards.
        num_levels: int.
    """
    sizes = map_sizes(image_size[:2], (2,) * (num_stages + num_levels - 1))
    return sizes[num_stages:][::-1]


def code_levels_encoder(
    input_shape: Shape,
    channels: int,
    num_levels: int,
    filters: Shape,
    blocks: int,
    activation: Any,
    condition_shape: Shape | None = None,
    missing: bool = False,
    dtype: Any = None,
    name: str | None = None,
) -> keras.Model:
    """Encoder of images to the vectors of the smallest level, and to features of the others.

    Args:
        input_shape: (height, width) or (height, width, channels) of an image.
        channels: int, of the vectors.
        num_levels: int >= 2.
        filters: channels of the stages in front of the largest level. Smaller levels have the last.
        blocks: int, residual blocks behind the stages of each level.
        activation: name or function of the hidden layers.
        condition_shape: shape of a condition. Defaults to `None`.
        missing: see `map_encoder`. Defaults to `False`.
        dtype: Keras dtype or policy of every layer. Defaults to `None`, the global policy.
        name: the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, *input_shape) -> list of (batch, height, width,
        channels) of the smallest level, and (batch, height, width, filters[-1]) of the others.
    """
    inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
    x = inputs.image(None, dtype)
    options = {**conv_options(4, dtype), "activation": activation}
    for size in filters:
        x = layers.Conv2D(size, strides=2, **options)(x)
    x = add_condition(x, inputs.conditions, dtype)
    features = [residual_stack(x, blocks, activation, dtype)]
    for _ in range(num_levels - 1):
        x = layers.Conv2D(filters[-1], strides=2, **options)(features[0])
        features.insert(0, residual_stack(x, blocks, activation, dtype))
    top = layers.Conv2D(channels, name="top", **conv_options(1, dtype))(features[0])
    return network(inputs.nest, [top, *features[1:]], name)


def code_level_network(
    sizes: Sequence[Shape],
    channels: int,
    features_shape: Shape,
    blocks: int,
    activation: Any,
    dtype: Any = None,
    name: str | None = None,
) -> keras.Model:
    """Network from the codes of the levels above, and features of data, to a level's vectors.

    Args:
        sizes: (height, width) of the levels above, the smallest first, and of the level itself.
        channels: int, of the vectors.
        features_shape: (height, width, channels) of the features.
        blocks: int, residual blocks.
        activation: name or function of the hidden layers.
        dtype: Keras dtype or policy of every layer. Defaults to `None`, the global policy.
        name: the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, a list of (batch, height, width, channels) of each level
        above and of the features -> (batch, height, width, channels).
    """
    *above, own = sizes
    policy = keras.dtype_policies.get(dtype).variable_dtype
    inputs = [keras.Input((*size, channels), dtype=policy) for size in above]
    features = keras.Input(features_shape, dtype=policy, name="features")
    enlarged = [
        _enlarged(x, len(above) - level, features_shape[-1], own, dtype)
        for level, x in enumerate(inputs)
    ]
    x = layers.Concatenate(dtype=dtype)([*enlarged, features])
    x = layers.Conv2D(features_shape[-1], **conv_options(3, dtype))(x)
    x = residual_stack(x, blocks, activation, dtype)
    return network(
        [*inputs, features], [layers.Conv2D(channels, **conv_options(1, dtype))(x)], name
    )


def networks_between_levels(
    sizes: Sequence[Shape],
    channels: int,
    features: int,
    blocks: int,
    activation: Any,
    dtype: Any = None,
) -> list[keras.Model]:
    """The `code_level_network` of each level but the first, for features of so many channels."""
    return [
        code_level_network(
            sizes[: level + 1],
            channels,
            (*sizes[level], features),
            blocks,
            activation,
            dtype,
            name=f"level_{level}",
        )
        for level in range(1, len(sizes))
    ]


def code_levels_decoder(
    sizes: Sequence[Shape],
    channels: int,
    output_shapes: dict[str, Shape],
    filters: Shape,
    blocks: int,
    activation: Any,
    condition_shape: Shape | None = None,
    dtype: Any = None,
    name: str | None = None,
) -> keras.Model:
    """Decoder of all levels at once, which lie side by side in one vector.

    Args:
        sizes: (height, width) of each level, the smallest first.
        channels: int, of the vectors.
        output_shapes: name and shape of each output.
        filters: see `code_levels_encoder`.
        blocks: int, residual blocks.
        activation: name or function of the hidden layers.
        condition_shape: shape of a condition. Defaults to `None`.
        dtype: Keras dtype or policy of every layer. Defaults to `None`, the global policy.
        name: the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, (batch, vectors of all levels * channels) -> the outputs.
    """
    lengths = [math.prod(size) * channels for size in sizes]
    inputs = network_inputs((sum(lengths),), condition_shape, dtype)
    joined, start = [], 0
    for level, (size, length) in enumerate(zip(sizes, lengths, strict=True)):
        part = inputs[0][:, start : start + length]
        x = layers.Reshape((*size, channels), dtype=dtype)(part)
        higher = len(sizes) - 1 - level
        joined.append(_enlarged(x, higher, channels, sizes[-1], dtype) if higher else x)
        start += length
    maps = layers.Concatenate(dtype=dtype)(joined)
    options = {"filters": filters, "blocks": blocks, "activation": activation, "dtype": dtype}
    decoder = map_decoder(
        maps.shape[1:], output_shapes, condition_shape=condition_shape, name="maps", **options
    )
    outputs = decoder([maps, *inputs[1:]] if inputs[1:] else maps)
    return keras.Model(inputs if inputs[1:] else inputs[0], outputs, name=name)


def code_levels_pixel_cnn(
    sizes: Sequence[Shape],
    num_codes: int,
    filters: int = 64,
    blocks: int | None = None,
    condition_shape: Shape | None = None,
    name: str | None = None,
) -> keras.Model:
    """A gated PixelCNN over each level of codes, shifted by the levels above at each place.

    Args:
        sizes: (height, width) of each level, the smallest first.
        num_codes: int, of each level.
        filters: int, the hidden channels. Defaults to `64`.
        blocks: int, gated blocks. Defaults to `None`: as many as see every earlier code.
        condition_shape: shape of a condition that shifts every gate. Defaults to `None`.
        name: the model's name. Defaults to `None`.

    Returns:
        A built functional `keras.Model`, integers (batch, codes), or a list of them and a
        condition, -> logits (batch, codes, num_codes) of each code given those before it: those
        of the levels above, and those in its own level above it or to the left in its row.
    """
    inputs, condition = code_inputs((sum(map(math.prod, sizes)),), condition_shape)
    maps: list[Any] = []
    logits, start = [], 0
    for level, size in enumerate(sizes):
        stop = start + math.prod(size)
        codes = layers.Reshape(size)(inputs[:, start:stop])
        given = [_enlarged(x, level - i, filters, size, None) for i, x in enumerate(maps)]
        shifts = [lambda channels, x=x: _linear(channels)(x) for x in given]
        if condition is not None:
            shifts.append(lambda channels: from_condition(condition, channels, 4))
        own = gated_logits(codes, size, num_codes, filters, blocks, shifts)
        logits.append(layers.Reshape((stop - start, num_codes))(own))
        # What the levels below see of this one: all of it.
        maps.append(_residual_map(layers.Embedding(num_codes, filters)(codes), filters))
        start = stop
    outputs = layers.Concatenate(axis=1)(logits)
    return keras.Model(inputs if condition is None else [inputs, condition], outputs, name=name)


def _enlarged(x, levels, channels, size, dtype):
    """A map, enlarged by so many levels and cropped to `size`, (batch, *size, channels)."""
    for _ in range(levels):
        x = layers.Conv2DTranspose(channels, strides=2, **conv_options(4, dtype))(x)
    return crop(x, size, dtype)


def _residual_map(x, channels):
    h = layers.Conv2D(channels, activation="relu", **conv_options(3, None))(x)
    return layers.Add()([x, layers.Conv2D(channels, **conv_options(3, None))(h)])


def _linear(channels):
    return layers.Conv2D(channels, 1, use_bias=False, data_format="channels_last")
