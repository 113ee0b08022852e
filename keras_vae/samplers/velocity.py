"""Networks of velocities v(z, t), for latents that are vectors or maps."""

import math
from typing import Any

import keras
from keras import ops

from keras_vae.serialization import Configurable, register
from keras_vae.typing import Shape, Tensor

#: pairs of a sine and a cosine of the time, of frequencies from 1 to `_FASTEST`
_FREQUENCIES, _FASTEST = 16, 64.0
#: widths where the user gives none, of vectors' layers and of maps' filters
VECTOR_WIDTHS, MAP_WIDTHS = (256, 256, 256), (64, 128)


@register
class TimeFeatures(Configurable, keras.layers.Layer):
    """Sines and cosines of a time in [0, 1], (batch, 1) -> (batch, features)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def call(self, t: Tensor) -> Tensor:
        steps = ops.arange(_FREQUENCIES, dtype="float32") / (_FREQUENCIES - 1)
        angles = t * (math.pi * ops.exp(steps * math.log(_FASTEST)))
        return ops.concatenate([t, ops.sin(angles), ops.cos(angles)], axis=-1)


def velocity_network(
    latent_shape: Shape, condition_size: int, widths: Shape | None, activation: Any
) -> keras.Model:
    """A network of a velocity: layers for vectors, a small U-Net for maps.

    Args:
        latent_shape: tuple of int; of three axes, (height, width, channels), for maps.
        condition_size: int, numbers of a condition; 0 without one.
        widths: tuple of int, of the layers, or of the filters from the finest map to the coarsest;
            `None` for the usual ones.
        activation: name or function.

    Returns:
        Model of a list: the latents (batch, *latent), times (batch, 1), and conditions (batch,
        condition_size) if there are any. It gives velocities (batch, *latent), zero at first.
    """
    z = keras.Input(latent_shape)
    t = keras.Input((1,))
    inputs, known = [z, t], TimeFeatures()(t)
    if condition_size:
        inputs.append(keras.Input((condition_size,)))
        known = keras.layers.Concatenate()([known, inputs[-1]])
    if len(latent_shape) == 3:
        outputs = _u_net(z, known, widths or MAP_WIDTHS, activation)
    else:
        outputs = _layers(z, known, widths or VECTOR_WIDTHS, activation)
    return keras.Model(inputs, outputs)


def _layers(z, known, widths, activation):
    h = keras.layers.Flatten()(z)
    for width in widths:
        joined = keras.layers.Concatenate()([h, known])
        new = keras.layers.Dense(width, activation=activation)(joined)
        h = keras.layers.Add()([h, new]) if h.shape[-1] == width else new
    size = math.prod(z.shape[1:])
    out = keras.layers.Dense(size, kernel_initializer="zeros")(keras.layers.Concatenate()([h, z]))
    return keras.layers.Reshape(z.shape[1:])(out)


def _u_net(z, known, widths, activation):
    known = keras.layers.Dense(widths[0], activation=activation)(known)
    h = keras.layers.Conv2D(widths[0], 3, padding="same")(z)
    skips = []
    for width in widths[:-1]:
        h = _block(h, known, width, activation)
        skips.append(h)
        if h.shape[1] % 2 == h.shape[2] % 2 == 0:
            h = keras.layers.AveragePooling2D(2)(h)
    h = _block(h, known, widths[-1], activation)
    for skip in reversed(skips):
        if skip.shape[1] != h.shape[1]:
            h = keras.layers.UpSampling2D(2)(h)
        h = keras.layers.Concatenate()([h, skip])
        h = _block(h, known, skip.shape[-1], activation)
    return keras.layers.Conv2D(z.shape[-1], 3, padding="same", kernel_initializer="zeros")(h)


def _block(h, known, width, activation):
    """Two convolutions beside the identity, the first one moved by what is known."""
    groups = math.gcd(8, h.shape[-1])
    new = keras.layers.GroupNormalization(groups)(h)
    new = keras.layers.Activation(activation)(new)
    new = keras.layers.Conv2D(width, 3, padding="same")(new)
    moved = keras.layers.Reshape((1, 1, width))(keras.layers.Dense(width)(known))
    new = keras.layers.Add()([new, moved])
    new = keras.layers.GroupNormalization(math.gcd(8, width))(new)
    new = keras.layers.Activation(activation)(new)
    new = keras.layers.Conv2D(width, 3, padding="same")(new)
    if h.shape[-1] != width:
        h = keras.layers.Conv2D(width, 1)(h)
    return keras.layers.Add()([h, new])
