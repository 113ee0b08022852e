"""Discriminators: of image patches (Isola et al., 2017), arxiv.org/abs/1611.07004, and of vectors.

The last layer but one gives the features, so that a loss can compare data in them.
"""

import math
from typing import Any

import keras
from keras import layers

from keras_vae import checks
from keras_vae.networks.ends import conv_options, flatten, with_channels
from keras_vae.typing import Shape

NEGATIVE_SLOPE = 0.2  # of the leaky ReLU
#: widths grow to this many times the first one
_LARGEST = 8


def discriminator(
    data_shape: Shape,
    filters: int = 64,
    stages: int = 3,
    dtype: Any = "float32",
    name: str = "discriminator",
) -> keras.Model:
    """Network from data to logits of being real, and the features behind them.

    Images get a logit for each patch: `stages` convolutions of stride 2, each with twice the
    channels of the one before, one of stride 1, and one that gives the logits, all with kernels of
    4x4. With three stages a logit sees 70x70 pixels. Data that are not images, (features,) or of
    four axes and more, get one logit, from `stages + 1` dense layers.

    Group normalization stands in place of the paper's batch normalization: each example is judged
    for itself, so that a penalty of the slope is that of one example.

    Args:
        data_shape: tuple, shape of one example without batch axis; height and width of images may
            be `None`.
        filters: int, channels of the first layer. Defaults to `64`.
        stages: int, layers of stride 2. Defaults to `3`.
        dtype: Keras dtype or policy. Defaults to `"float32"`.
        name: str. Defaults to `"discriminator"`.

    Returns:
        `keras.Model` from data (batch, event) to a list: features (batch, ..., channels) and logits
        (batch, ..., 1), one for each patch.

    Raises:
        ValueError: if a number is not a positive integer.

    Reference:
        - [Isola et al., 2017](https://arxiv.org/abs/1611.07004)

    Example:

    >>> network = keras_vae.networks.discriminator((32, 32, 3), filters=8, stages=2)
    >>> [tuple(output.shape) for output in network.outputs]
    [(None, 8, 8, 32), (None, 8, 8, 1)]
    """
    checks.check_count("networks.discriminator", filters=filters, stages=stages)
    inputs = keras.Input(data_shape, dtype="float32")
    build = _patches if len(data_shape) in (2, 3) else _dense
    features, logits = build(inputs, filters, stages, dtype)
    return keras.Model(inputs, [features, logits], name=name)


def _patches(inputs, filters, stages, dtype):
    x = with_channels(inputs, dtype)
    strides = [2] * stages + [1]
    for i, stride in enumerate(strides):
        channels = filters * min(2**i, _LARGEST)
        x = layers.Conv2D(channels, strides=stride, **_start(), **conv_options(4, dtype))(x)
        # None behind the first layer, as in the paper.
        x = _activated(x, channels if i else None, dtype)
    return x, layers.Conv2D(1, **_start(), **conv_options(4, dtype), name="logits")(x)


def _dense(inputs, filters, stages, dtype):
    x = flatten(inputs, [], dtype)
    for _ in range(stages + 1):
        x = _activated(layers.Dense(filters, dtype=dtype)(x), None, dtype)
    return x, layers.Dense(1, dtype=dtype, name="logits")(x)


def _activated(x, channels, dtype):
    if channels is not None:
        groups = math.gcd(channels, 32)
        x = layers.GroupNormalization(groups, axis=-1, dtype=dtype)(x)
    return layers.LeakyReLU(NEGATIVE_SLOPE, dtype=dtype)(x)


def _start():
    """The paper's initial weights."""
    return {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.02)}
