"""The kind of networks of a ladder VAE (Sønderby et al., 2016), arxiv.org/abs/1602.02282."""

import math
from typing import Any

import keras
from keras import layers

from keras_vae.networks.architectures import MLP
from keras_vae.networks.chained import condition_of
from keras_vae.networks.checks import check_shapes, check_size, check_sizes
from keras_vae.networks.ends import (
    conv_heads,
    conv_options,
    dense_heads,
    dense_to_map,
    encoder_inputs,
    enlarge,
    flatten,
    network_inputs,
    normalize,
    with_channels,
)
from keras_vae.networks.ladder import LadderTopDown
from keras_vae.networks.network import Shape, Shapes
from keras_vae.serialization import register


@register
class Ladder(MLP):
    """Networks of many levels, dense or convolutional, with batch normalization throughout.

    Between two levels stand `depth` layers of the width in `hidden`: fully connected ones to a
    level that is a vector, convolutions to one that is a map (height, width, channels), which is
    reached by strides on the way up and by enlarging on the way down. Other papers get an `MLP`.

    Args:
        hidden: tuple of int, widths of the layers next to each level, from the top. Defaults to
            `(64, 64, 128, 256, 512)`, the paper's.
        activation: name or function of the hidden layers. Defaults to `"leaky_relu"`.
        batch_norm: bool, whether to normalize in front of each activation. Defaults to `True`.
        depth: int, layers between two levels. Defaults to `2`.

    Raises:
        ValueError: if an argument is out of its range, or there is not one width for each level.

    Reference:
        - [Sønderby et al., 2016](https://arxiv.org/abs/1602.02282)
    """

    def __init__(
        self,
        hidden: Shape = (64, 64, 128, 256, 512),
        activation: Any = "leaky_relu",
        batch_norm: bool = True,
        depth: int = 2,
    ) -> None:
        check_size("depth", depth)
        super().__init__(hidden, activation, batch_norm)
        self.depth = depth

    def hierarchy_encoder(
        self,
        input_shape: Shape,
        levels: Shapes,
        condition_shape: Shape | None = None,
        missing: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """See `Network.hierarchy_encoder`: bottom-up, a mean and a log-variance of each level."""
        check_shapes(input_shape, dict(levels), condition_shape)
        self._check_widths(levels)
        inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
        bottom_up = list(zip(levels.items(), self.hidden, strict=True))[::-1]
        if len(bottom_up[0][0][1]) == 3 and len(input_shape) in (2, 3):
            x = joined(inputs.image(None, dtype), inputs.conditions, dtype)
        else:
            x = flatten(inputs.x, inputs.beside, dtype)
        outputs = []
        for (level, shape), units in bottom_up:
            x = self.stage(x, shape, units, dtype)
            outputs.append(heads(x, {f"{level}_{k}": shape for k in ("mean", "log_var")}, dtype))
        condition = [] if condition_shape is None else [condition_of(inputs.nest)]
        return keras.Model(_single(inputs.nest), [*sum(outputs[::-1], []), *condition], name=name)

    def hierarchy_decoder(
        self,
        levels: Shapes,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> LadderTopDown:
        """See `Network.hierarchy_decoder`: a network of each level to the one below it."""
        check_shapes((1,), dict(levels), condition_shape)
        self._check_widths(levels)
        shapes = list(levels.values())
        targets: list[Shapes] = [{"mean": shape, "log_var": shape} for shape in shapes[1:]]
        networks = [
            self._down(above, target, units, condition_shape, dtype)
            for above, target, units in zip(
                shapes, [*targets, output_shapes], self.hidden, strict=True
            )
        ]
        return LadderTopDown(
            levels, networks[:-1], networks[-1], condition_shape, dtype=dtype, name=name
        )

    def _down(self, shape, output_shapes, units, condition_shape, dtype):
        """The network from one level to the parameters of what lies below it."""
        inputs = network_inputs(shape, condition_shape, dtype)
        target = tuple(next(iter(output_shapes.values())))
        from_map = len(shape) == 3
        beside = inputs[1:]
        x = joined(inputs[0], beside, dtype) if from_map else flatten(inputs[0], beside, dtype)
        # An image without channels is a map where it is made of one.
        image = target if len(target) == 3 or not from_map else (*target, 1)
        x = self.stage(x, image, units, dtype)
        return keras.Model(inputs if beside else inputs[0], heads(x, output_shapes, dtype))

    def stage(self, x: Any, shape: Shape, units: int, dtype: Any) -> Any:
        """`depth` layers to features of the size of `shape`: a vector, or a map.

        Args:
            x: tensor (batch, features) or (batch, height, width, channels).
            shape: tuple of int, (features,) or (height, width, channels).
            units: int, width of the layers.
            dtype: Keras dtype or policy.
        """
        as_map = len(shape) == 3 and (len(x.shape) == 4 or math.prod(shape[:2]) > 1)
        if not as_map:
            x = flatten(x, [], dtype)
        elif len(x.shape) == 2:
            x = dense_to_map(x, shape[:2], units, None, dtype)
        for _ in range(self.depth):
            x = self._layer(x, shape, units, as_map, dtype)
        return x

    def _layer(self, x, shape, units, as_map, dtype):
        bias = not self.batch_norm
        if as_map:
            x, strides = _to_size(x, shape, dtype)
            x = layers.Conv2D(units, strides=strides, use_bias=bias, **conv_options(3, dtype))(x)
        else:
            x = layers.Dense(units, use_bias=bias, dtype=dtype)(x)
        x = normalize(x, dtype) if self.batch_norm else x
        return layers.Activation(self.activation, dtype=dtype)(x)

    def _check_widths(self, levels: Shapes) -> None:
        check_sizes("hidden", self.hidden)
        if len(self.hidden) != len(levels):
            raise ValueError(
                "networks.Ladder needs one width in `hidden` for each level. "
                f"Received: hidden={self.hidden} for {len(levels)} levels"
            )


def heads(x: Any, output_shapes: Shapes, dtype: Any) -> list[Any]:
    """Linear outputs of features: convolutions where these are a map, else dense ones."""
    if len(x.shape) == 4:
        return conv_heads(x, output_shapes, 3, dtype)
    return dense_heads(x, output_shapes, dtype)


def joined(x: Any, conditions: list[Any], dtype: Any) -> Any:
    """A map with the numbers of a condition at each place behind its channels."""
    x = with_channels(x, dtype)
    for condition in conditions:
        flat = flatten(condition, [], dtype)
        place = layers.Reshape((1, 1, flat.shape[-1]), dtype=dtype)(flat)
        size = tuple(x.shape[1:3])
        beside = layers.UpSampling2D(size, data_format="channels_last", dtype=dtype)(place)
        x = layers.Concatenate(dtype=dtype)([x, beside])
    return x


def _to_size(x, shape, dtype):
    """The map, enlarged if it is smaller than a target, and the strides that lead there."""
    strides = tuple(math.ceil(x.shape[1 + i] / shape[i]) for i in range(2))
    factor = max(math.ceil(shape[i] / x.shape[1 + i]) for i in range(2))
    return enlarge(x, factor, shape[:2], dtype), strides


def _single(nest):
    return nest[0] if isinstance(nest, list) and len(nest) == 1 else nest
