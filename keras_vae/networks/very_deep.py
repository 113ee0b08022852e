"""The top-down network of a very deep VAE (Child, 2021), arxiv.org/abs/2011.10650."""

from collections.abc import Sequence
from typing import Any

import keras
from keras import layers, ops

from keras_vae.networks.block_strings import Block, map_size, parse_blocks
from keras_vae.networks.ends import conv_heads, conv_options, enlarge
from keras_vae.networks.network import Shape, Shapes
from keras_vae.networks.spectral import SpectralRegularizer
from keras_vae.networks.top_down import Parameters, TopDown
from keras_vae.serialization import Configurable, register
from keras_vae.typing import Tensor


@register
class VeryDeepTopDown(TopDown):
    """Blocks of residual layers from small maps to large ones, each with latents of its own.

    A block's `prior` says mean and log-deviation of its latents from the maps above it, and adds
    features of its own to them; its `posterior` says the same from these maps and the encoder's.
    The latents are projected onto the maps, and a residual block follows. Maps of a size begin with
    a learned bias, to which smaller ones are added where a block says so.

    Args:
        data_shape: tuple of int, (height, width) or (height, width, channels).
        output_shapes: dict of each output's name and shape, without batch axis.
        blocks: str, such as `"1x1,4m1,4x2"`, see `keras_vae.networks.VeryDeep`.
        latent_dim: int, latents at each place of a block's maps.
        width: int, channels of all maps.
        bottleneck: float, the channels inside of a block, as a part of `width`.
        residual: bool, whether posteriors say how they differ from the prior, as in NVAE. Defaults
            to `False`.
        no_bias_above: int, height of maps above which there is no learned bias. Defaults to `64`.
        spectral: float, factor of the spectral regularization of all blocks. Defaults to `0.0`.
        condition_shape: tuple of int, shape of a condition without batch axis, whose projection is
            added to the maps of each size. Defaults to `None`.
        **kwargs: passed to `keras.layers.Layer`.

    References:
        - [Child, 2021](https://arxiv.org/abs/2011.10650)
        - [Vahdat and Kautz, 2020](https://arxiv.org/abs/2007.03898), `residual` and `spectral`
    """

    def __init__(
        self,
        data_shape: Shape,
        output_shapes: Shapes,
        blocks: str,
        latent_dim: int,
        width: int,
        bottleneck: float = 0.25,
        residual: bool = False,
        no_bias_above: int = 64,
        spectral: float = 0.0,
        condition_shape: Shape | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.blocks = parse_blocks("dec_blocks", blocks)
        self.latent_dim, self.width, self.residual = latent_dim, width, residual
        self.condition_shape = None if condition_shape is None else tuple(condition_shape)
        self.heights = sorted({block.height for block in self.blocks})
        self.sizes = {height: map_size(height, data_shape) for height in self.heights}
        self.level_shapes = level_shapes(self.blocks, self.sizes, latent_dim)
        self.context_shapes = {
            f"maps_{height}": (*self.sizes[height], width) for height in self.heights
        }
        common = {"dtype": self.dtype_policy}
        self.mixes: list[keras.Model | None] = []
        self.priors: list[keras.Model] = []
        self.posteriors: list[keras.Model] = []
        self.moves: list[keras.Model] = []
        self.spectral = spectral
        for block in self.blocks:
            self._add_block(block, max(1, int(width * bottleneck)), common["dtype"])
        self.biases = {
            str(height): LearnedMap((*self.sizes[height], width), **common)
            for height in self.heights
            if height <= no_bias_above
        }
        self.projections = self._projections(common["dtype"])
        size = (*self.sizes[self.blocks[-1].height], width)
        self.output_network = _output(size, output_shapes, common["dtype"])

    def _add_block(self, block, middle, dtype):
        """The networks of one block, functional models."""
        size, depth = self.sizes[block.height], len(self.blocks)
        maps, more = (keras.Input((*size, self.width)) for _ in range(2))
        draws = keras.Input((*size, self.latent_dim))
        wide = block.height > 2  # larger convolutions see nothing else on smaller maps
        parameters = 2 * self.latent_dim
        self.mixes.append(self._mix(block, dtype))
        # What all blocks here have in common.
        style = {"wide": wide, "dtype": dtype, "spectral": self.spectral}
        prior = bottleneck_block(maps, middle, parameters + self.width, 0.0, **style)
        self.priors.append(keras.Model(maps, prior))
        both = layers.Concatenate(dtype=dtype)([maps, more])
        posterior = bottleneck_block(both, middle, parameters, 1.0, **style)
        self.posteriors.append(keras.Model([maps, more], posterior))
        x = layers.Add(dtype=dtype)([maps, convolution(draws, self.width, 1, 1 / depth, dtype)])
        residual = bottleneck_block(x, middle, self.width, 1 / depth, **style)
        moved = layers.Add(dtype=dtype)([x, residual])
        self.moves.append(keras.Model([maps, draws], moved))

    def _mix(self, block, dtype):
        """The network that enlarges smaller maps; None where no block asks for it."""
        if block.mixin is None:
            return None
        small = keras.Input((*self.sizes[block.mixin], self.width))
        stride = -(-block.height // block.mixin)
        return keras.Model(small, enlarge(small, stride, self.sizes[block.height], dtype))

    def _projections(self, dtype):
        """From a condition to the channels of the maps of each size."""
        if self.condition_shape is None:
            return {}
        networks = {}
        for height in self.heights:
            condition = keras.Input(self.condition_shape)
            x = layers.Flatten(dtype=dtype)(condition)
            x = layers.Dense(self.width, dtype=dtype)(x)
            x = layers.Reshape((1, 1, self.width), dtype=dtype)(x)
            networks[str(height)] = keras.Model(condition, x)
        return networks

    def begin(self, rows: Any, condition: Tensor | None, training: bool) -> Any:
        """The maps of each size above the top level, by height: the learned bias."""
        state = {}
        for height in self.heights:
            shape = (rows, *self.sizes[height], self.width)
            maps = ops.zeros(shape, dtype=self.compute_dtype)
            if str(height) in self.biases:
                maps = self.biases[str(height)](maps)
            if condition is not None:
                maps = maps + self.projections[str(height)](condition, training=training)
            state[str(height)] = maps
        return state

    def at(
        self, level: int, state: Any, contexts: Sequence[Tensor] | None, training: bool
    ) -> tuple[Any, Parameters, Parameters | None]:
        """The maps behind a block's prior, and mean and log-variance of prior and posterior."""
        block = self.blocks[level]
        height, maps = str(block.height), state[str(block.height)]
        if block.mixin is not None:
            mix: Any = self.mixes[level]
            maps = maps + mix(state[str(block.mixin)], training=training)
        said = self.priors[level](maps, training=training)
        p, more = self._normal_of(said), said[..., 2 * self.latent_dim :]
        q = None
        if contexts is not None:
            context = contexts[self.heights.index(block.height)]
            q = self._normal_of(self.posteriors[level]([maps, context], training=training))
            if self.residual:
                q = (p[0] + q[0], p[1] + q[1])
        return {**state, height: maps + more}, p, q

    def move(self, level: int, state: Any, z: Tensor, training: bool) -> Any:
        """The maps behind a block, with its latents."""
        height = str(self.blocks[level].height)
        return {**state, height: self.moves[level]([state[height], z], training=training)}

    def finish(self, state: Any, training: bool) -> list[Tensor]:
        """The likelihood's parameters from the largest maps."""
        outputs = self.output_network(state[str(self.blocks[-1].height)], training=training)
        return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]

    def _normal_of(self, said):
        """Mean and log-variance in float32; a block says the logarithm of the deviation."""
        said = ops.cast(said[..., : 2 * self.latent_dim], "float32")
        return said[..., : self.latent_dim], 2.0 * said[..., self.latent_dim :]


def level_shapes(
    blocks: list[Block], sizes: dict[int, tuple[int, int]], latent_dim: int
) -> dict[str, Shape]:
    """The names and shapes of the latents of blocks: `"7x7"`, or `"7x7_2"` of several."""
    heights = [block.height for block in blocks]
    shapes: dict[str, Shape] = {}
    for i, height in enumerate(heights):
        name = "x".join(map(str, sizes[height]))
        if heights.count(height) > 1:
            name = f"{name}_{heights[: i + 1].count(height)}"
        shapes[name] = (*sizes[height], latent_dim)
    return shapes


@register
class LearnedMap(Configurable, keras.layers.Layer):
    """Adds a learned map, zeros in the beginning, to maps (rows, height, width, channels).

    Args:
        shape: tuple of int, (height, width, channels).
        **kwargs: passed to `keras.layers.Layer`.
    """

    def __init__(self, shape: Shape, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shape = tuple(shape)
        self.map = self.add_weight(name="map", shape=self.shape, initializer="zeros")
        self.built = True

    def call(self, inputs: Tensor) -> Tensor:
        return inputs + self.map


@register
class ChannelScale(Configurable, keras.layers.Layer):
    """A gain and a bias of each channel, (..., channels)."""

    def build(self, input_shape: Any) -> None:
        """Make both."""
        shape = (input_shape[-1],)
        self.gain = self.add_weight(name="gain", shape=shape, initializer="ones")
        self.bias = self.add_weight(name="bias", shape=shape, initializer="zeros")

    def call(self, inputs: Tensor) -> Tensor:
        return inputs * self.gain + self.bias


def _output(size, output_shapes, dtype):
    """The network from the largest maps to the likelihood's parameters."""
    maps = keras.Input(size)
    x = ChannelScale(dtype=dtype)(maps)
    outputs = conv_heads(x, output_shapes, 1, dtype)
    return keras.Model(maps, outputs if len(outputs) > 1 else outputs[0])


def bottleneck_block(
    x: Any,
    middle: int,
    channels: int,
    last_scale: float,
    wide: bool,
    dtype: Any,
    spectral: float = 0.0,
) -> Any:
    """Four convolutions, 1x1, 3x3, 3x3 and 1x1, with a GELU in front of each.

    Args:
        x: tensor (batch, height, width, channels).
        middle: int, channels of the first three.
        channels: int, channels of the last.
        last_scale: float, factor on the variance of the last one's first weights.
        wide: bool, whether the two in the middle are 3x3 and not 1x1.
        dtype: Keras dtype or policy.
        spectral: float, factor of the spectral regularization. Defaults to `0.0`.
    """
    size = 3 if wide else 1
    for out, kernel, scale in (
        (middle, 1, 1.0),
        (middle, size, 1.0),
        (middle, size, 1.0),
        (channels, 1, last_scale),
    ):
        x = layers.Activation(gelu, dtype=dtype)(x)
        x = convolution(x, out, kernel, scale, dtype, spectral)
    return x


@keras.saving.register_keras_serializable("keras_vae", "networks.gelu")
def gelu(x: Any) -> Any:
    """The exact GELU, x times the normal distribution function."""
    return ops.gelu(x, approximate=False)


def convolution(
    x: Any, channels: int, kernel: int, scale: float, dtype: Any, spectral: float = 0.0
) -> Any:
    """Convolution whose first weights are uniform within +-sqrt(scale / inputs), or zero."""
    initializer: Any = "zeros"
    if scale:
        initializer = keras.initializers.VarianceScaling(scale / 3, "fan_in", "uniform")
    options = conv_options(kernel, dtype)
    if spectral:
        options["kernel_regularizer"] = SpectralRegularizer(spectral)
    return layers.Conv2D(channels, kernel_initializer=initializer, **options)(x)
