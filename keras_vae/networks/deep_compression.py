"""Encoder and decoder of deep compression autoencoders (Chen et al., 2024)."""

import itertools
from typing import Any, NamedTuple

import keras
from keras import layers

from keras_vae import checks
from keras_vae.networks.deep_compression_layers import (
    ChannelMeans,
    ChannelRepeats,
    DepthToSpace,
    Gate,
    LinearAttention,
    RMSNorm,
    SpaceToDepth,
)
from keras_vae.networks.ends import network
from keras_vae.networks.feature_maps import add_condition
from keras_vae.networks.map_network import MapNetwork
from keras_vae.networks.network import Shape, Shapes
from keras_vae.serialization import register

#: channels inside of a gated block, for each of its own
EXPANSION = 4


@register
class DeepCompression(MapNetwork):
    """Networks between images and small maps of many channels, whose shortcuts only move numbers.

    Where height and width are halved, the shortcut puts squares of pixels into channels; where
    they are doubled, it takes them out again. The last stages have linear attention in place of
    residual convolutions. A layer bears the name that its weights have in files of the diffusers
    library, with hyphens for dots. Height and width may be free.

    Args:
        filters: channels of each stage of the encoder; between two stages height and width are
            halved. The decoder has them in reverse. Defaults to `(32, 64)`; SANA's has `(128, 256,
            512, 512, 1024, 1024)`.
        blocks: blocks of each stage of the encoder. Defaults to `(1, 1)`; SANA's has `(2, 2, 2, 3,
            3, 3)`.
        decoder_blocks: blocks of each stage of the decoder, in the encoder's order. Defaults to
            `None`, the encoder's.
        attention: how many of the last stages have linear attention. Defaults to `1`; SANA's has 3.
        head_dim: channels of each head. Defaults to `32`.
        kernel_sizes: of the convolutions that give attention further queries, keys and values.
            Defaults to `(5,)`.
        downsampling: `"pixel_unshuffle"` or `"conv"`, how sides are halved beside the shortcut.
            Defaults to `"pixel_unshuffle"`.
        upsampling: `"pixel_shuffle"` or `"interpolate"`, how they are doubled. Defaults to
            `"pixel_shuffle"`.
        activation: name or function of the hidden layers. Defaults to `"silu"`.
        image_range: pair (low, high), the values in the data that stand for black and white. The
            networks compute with [-1, 1]. Defaults to `(-1, 1)`.

    Raises:
        ValueError: if an option is of the wrong kind, if data are not images, if a side does not
            divide by the strides, or if channels of latents do not divide those of the last stage.

    Reference:
        - [Chen et al., 2024](https://arxiv.org/abs/2410.10733)
    """

    def __init__(
        self,
        filters: tuple[int, ...] = (32, 64),
        blocks: tuple[int, ...] = (1, 1),
        decoder_blocks: tuple[int, ...] | None = None,
        attention: int = 1,
        head_dim: int = 32,
        kernel_sizes: tuple[int, ...] = (5,),
        downsampling: str = "pixel_unshuffle",
        upsampling: str = "pixel_shuffle",
        activation: Any = "silu",
        image_range: tuple[float, float] = (-1.0, 1.0),
    ) -> None:
        owner = "networks.DeepCompression"
        decoder_blocks = blocks if decoder_blocks is None else decoder_blocks
        checks.check_sizes(owner, filters=filters, kernel_sizes=kernel_sizes)
        checks.check_sizes(owner, blocks=blocks, decoder_blocks=decoder_blocks)
        for name, value in (("blocks", blocks), ("decoder_blocks", decoder_blocks)):
            if not value or len(value) != len(filters):
                checks.refuse(owner, "as long as filters, and not empty", **{name: value})
        pairs = itertools.pairwise(filters)
        if any(larger * 4 % smaller or smaller % 4 for larger, smaller in pairs):
            expected = (
                "multiples of 4 behind the first, each of which divides 4 times the one before"
            )
            checks.refuse(owner, expected, filters=filters)
        checks.check_count(owner, head_dim=head_dim)
        checks.check_whole(owner, attention=attention)
        if attention > len(filters):
            checks.refuse(owner, f"at most the {len(filters)} stages", attention=attention)
        if any(size % head_dim for size in filters[len(filters) - attention :]):
            expected = f"multiples of head_dim={head_dim} in the {attention} last stages"
            checks.refuse(owner, expected, filters=filters)
        checks.check_choice(owner, ("pixel_unshuffle", "conv"), downsampling=downsampling)
        checks.check_choice(owner, ("pixel_shuffle", "interpolate"), upsampling=upsampling)
        checks.check_range(owner, image_range=image_range)
        self.filters, self.blocks = tuple(filters), tuple(blocks)
        self.decoder_blocks = tuple(decoder_blocks)
        self.attention, self.head_dim = attention, head_dim
        self.kernel_sizes = tuple(kernel_sizes)
        self.downsampling, self.upsampling = downsampling, upsampling
        self.activation = activation
        self.image_range = (image_range[0], image_range[1])

    @property
    def stride(self) -> int:
        """See `MapNetwork.stride`."""
        return 2 ** (len(self.filters) - 1)

    def encoder(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        corruption: Any = None,
        missing: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """Network from images to maps of vectors, which have the channels of `output_shapes`.

        See `Network.encoder`.
        """
        inputs, x = self._encoder_inputs(
            input_shape, output_shapes, condition_shape, corruption, missing, dtype
        )
        make = DeepBlocks(self, dtype)
        x = make.conv(x, self.filters[0], "conv_in")
        x = add_condition(x, inputs.conditions, dtype)
        for stage, blocks in enumerate(self.blocks):
            for block in range(blocks):
                x = make.block(x, self._attends(stage), f"down_blocks-{stage}-{block}")
            if stage < len(self.blocks) - 1:
                x = make.down(x, self.filters[stage + 1], f"down_blocks-{stage}-{blocks}")
        outputs = []
        for output, shape in output_shapes.items():
            shortcut = ChannelMeans(self._times(shape[-1]), dtype=dtype)(x)
            last = make.conv(x, shape[-1], f"{output}-conv_out")
            outputs.append(layers.Add(dtype=dtype, name=output)([last, shortcut]))
        return network(inputs.nest, outputs, name)

    def decoder(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """Network from maps of vectors to images; see `Network.decoder`."""
        inputs = self._decoder_inputs(input_shape, output_shapes, condition_shape, dtype)
        z, make = inputs[0], DeepBlocks(self, dtype)
        shortcut = ChannelRepeats(self._times(z.shape[-1]), dtype=dtype)(z)
        x = make.add(make.conv(z, self.filters[-1], "conv_in"), shortcut)
        x = add_condition(x, inputs[1:], dtype)
        for stage in reversed(range(len(self.filters))):
            place = 0
            if stage < len(self.filters) - 1:
                x = make.up(x, self.filters[stage], f"up_blocks-{stage}-0")
                place = 1
            for block in range(place, place + self.decoder_blocks[stage]):
                x = make.block(x, self._attends(stage), f"up_blocks-{stage}-{block}")
        x = layers.ReLU(dtype=dtype)(make.norm(x, "norm_out"))
        return network(inputs, self._heads(x, output_shapes, dtype), name)

    def _attends(self, stage):
        return stage >= len(self.filters) - self.attention

    def _times(self, channels):
        """How many channels of the last stage there are for each of the latents."""
        if self.filters[-1] % channels:
            raise ValueError(
                "networks.DeepCompression needs latents whose channels divide those of the last "
                f"stage, {self.filters[-1]}. Received: {channels} channels"
            )
        return self.filters[-1] // channels


class DeepBlocks(NamedTuple):
    """The blocks of a network.

    Args:
        options: `DeepCompression`, whose options they have.
        dtype: Keras dtype or policy of every layer.
    """

    options: DeepCompression
    dtype: Any

    def conv(self, x: Any, channels: int, name: str, size: int = 3, **options: Any) -> Any:
        """Convolution that keeps height and width, (batch, height, width, channels)."""
        options = {"padding": "same", "data_format": "channels_last", "name": name, **options}
        return layers.Conv2D(channels, size, dtype=self.dtype, **options)(x)

    def add(self, x: Any, y: Any) -> Any:
        """The sum of two maps."""
        return layers.Add(dtype=self.dtype)([x, y])

    def norm(self, x: Any, name: str) -> Any:
        """Normalization of each place's channels."""
        return RMSNorm(dtype=self.dtype, name=name)(x)

    def block(self, x: Any, attends: bool, name: str) -> Any:
        """A block that keeps the shape: convolutions, or attention and a gated block."""
        if attends:
            return self.gated(self.attention(x, f"{name}-attn"), f"{name}-conv_out")
        h = self.active(self.conv(x, x.shape[-1], f"{name}-conv1"))
        h = self.conv(h, x.shape[-1], f"{name}-conv2", use_bias=False)
        return self.add(self.norm(h, f"{name}-norm"), x)

    def active(self, x: Any) -> Any:
        """The activation of the hidden layers."""
        return layers.Activation(self.options.activation, dtype=self.dtype)(x)

    def attention(self, x: Any, name: str) -> Any:
        """Linear attention among all places, at several scales, beside the input."""
        channels, head_dim = x.shape[-1], self.options.head_dim
        dense = [
            layers.Dense(channels, use_bias=False, dtype=self.dtype, name=f"{name}-to_{part}")(x)
            for part in "qkv"
        ]
        maps = [layers.Concatenate(dtype=self.dtype)(dense)]
        width = 3 * channels
        for scale, size in enumerate(self.options.kernel_sizes):
            place, plain = f"{name}-to_qkv_multiscale-{scale}", {"use_bias": False}
            h = self.conv(maps[0], width, f"{place}-proj_in", size, groups=width, **plain)
            groups = 3 * channels // head_dim
            maps.append(self.conv(h, width, f"{place}-proj_out", 1, groups=groups, **plain))
        h = layers.Concatenate(dtype=self.dtype)(maps) if len(maps) > 1 else maps[0]
        h = LinearAttention(head_dim, dtype=self.dtype)(h)
        h = layers.Dense(channels, use_bias=False, dtype=self.dtype, name=f"{name}-to_out")(h)
        return self.add(self.norm(h, f"{name}-norm_out"), x)

    def gated(self, x: Any, name: str) -> Any:
        """A wide convolution of each channel by itself, half of it a gate, beside the input."""
        width = 2 * EXPANSION * x.shape[-1]
        h = layers.Activation("silu", dtype=self.dtype)(
            self.conv(x, width, f"{name}-conv_inverted", 1)
        )
        h = self.conv(h, width, f"{name}-conv_depth", groups=width)
        h = Gate(dtype=self.dtype)(h)
        h = self.conv(h, x.shape[-1], f"{name}-conv_point", 1, use_bias=False)
        return self.add(self.norm(h, f"{name}-norm"), x)

    def down(self, x: Any, channels: int, name: str) -> Any:
        """Half the sides, (batch, height / 2, width / 2, channels)."""
        shortcut = SpaceToDepth(4 * x.shape[-1] // channels, dtype=self.dtype)(x)
        if self.options.downsampling == "conv":
            # Zeros on both sides, where "same" has them at the right and at the bottom alone.
            padded = layers.ZeroPadding2D(1, data_format="channels_last", dtype=self.dtype)(x)
            h = self.conv(padded, channels, f"{name}-conv", padding="valid", strides=2)
        else:
            h = self.conv(x, channels // 4, f"{name}-conv")
            h = SpaceToDepth(dtype=self.dtype)(h)
        return self.add(h, shortcut)

    def up(self, x: Any, channels: int, name: str) -> Any:
        """Twice the sides, (batch, 2 height, 2 width, channels)."""
        shortcut = DepthToSpace(4 * channels // x.shape[-1], dtype=self.dtype)(x)
        if self.options.upsampling == "interpolate":
            h = layers.UpSampling2D(2, data_format="channels_last", dtype=self.dtype)(x)
            h = self.conv(h, channels, f"{name}-conv")
        else:
            h = self.conv(x, 4 * channels, f"{name}-conv")
            h = DepthToSpace(dtype=self.dtype)(h)
        return self.add(h, shortcut)
