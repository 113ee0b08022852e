"""Encoder and decoder of latent diffusion's autoencoders (Rombach et al., 2022)."""

from typing import Any

import keras

from keras_vae import checks
from keras_vae.networks.ends import network
from keras_vae.networks.feature_maps import add_condition
from keras_vae.networks.image_blocks import Blocks
from keras_vae.networks.map_network import MapNetwork
from keras_vae.networks.network import Shape, Shapes
from keras_vae.serialization import register


@register
class LatentDiffusion(MapNetwork):
    """Residual networks between images and maps of vectors, as latent diffusion has them.

    Latents are maps (height, width, channels), of images whose sides are larger by the factor
    2^(stages - 1). Height and width may be free: `None` in the shape of the data.

    Args:
        filters: channels of each stage of the encoder; between two stages height and width are
            halved. The decoder has them in reverse. Defaults to `(32, 64)`; Stable Diffusion has
            `(128, 256, 512, 512)`.
        blocks: residual blocks of each stage of the encoder; the decoder has one more. Defaults to
            `1`; Stable Diffusion has `2`.
        groups: groups of channels of each normalization, which divide every number in `filters`.
            Defaults to `32`.
        attention: whether the places of the smallest map attend to each other. Defaults to `True`.
        quant_conv: whether a 1x1 convolution follows the encoder. Defaults to `True`.
        post_quant_conv: whether a 1x1 convolution stands in front of the decoder. Defaults to
            `True`.
        map_channels: channels between the last 3x3 convolution of the encoder and `quant_conv`, and
            between `post_quant_conv` and the first one of the decoder. Defaults to `None`, those of
            the encoder's outputs together, and of the latents.
        activation: name or function of the hidden layers. Defaults to `"silu"`.
        image_range: pair (low, high), the values in the data that stand for black and white, such
            as `(0, 1)` or `(0, 255)`. The networks compute with [-1, 1]. Defaults to `(-1, 1)`.

    Raises:
        ValueError: if an option is of the wrong kind, if data are not images, or if a side does
            not divide by the strides.

    Reference:
        - [Rombach et al., 2022](https://arxiv.org/abs/2112.10752)
    """

    def __init__(
        self,
        filters: tuple[int, ...] = (32, 64),
        blocks: int = 1,
        groups: int = 32,
        attention: bool = True,
        quant_conv: bool = True,
        post_quant_conv: bool = True,
        activation: Any = "silu",
        image_range: tuple[float, float] = (-1.0, 1.0),
        map_channels: int | None = None,
    ) -> None:
        owner = "networks.LatentDiffusion"
        checks.check_sizes(owner, filters=filters)
        checks.check_count(owner, blocks=blocks, groups=groups)
        checks.check_range(owner, image_range=image_range)
        if not filters or any(size % groups for size in filters):
            expected = f"at least one number, each a multiple of groups={groups}"
            checks.refuse(owner, expected, filters=filters)
        if map_channels is not None:
            checks.check_count(owner, map_channels=map_channels)
            if not (quant_conv and post_quant_conv):
                checks.refuse(owner, "None without both quant_convs", map_channels=map_channels)
        self.filters = tuple(filters)
        self.blocks = blocks
        self.groups = groups
        self.attention = attention
        self.quant_conv = quant_conv
        self.post_quant_conv = post_quant_conv
        self.activation = activation
        self.image_range = (image_range[0], image_range[1])
        self.map_channels = map_channels

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
        x = self._encoded(x, inputs.conditions, dtype)
        blocks = self._blocks(dtype)
        channels = {output: shape[-1] for output, shape in output_shapes.items()}
        if self.quant_conv:
            x = blocks.conv(x, self.map_channels or sum(channels.values()), 3, "conv_out")
        # The original has one convolution for all outputs, and takes its channels apart.
        size = 1 if self.quant_conv else 3
        outputs = [blocks.conv(x, number, size, output) for output, number in channels.items()]
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
        x = self._decoded(inputs[0], inputs[1:], dtype)
        return network(inputs, self._heads(x, output_shapes, dtype), name)

    def _encoded(self, x, conditions, dtype):
        """The smallest map in front of the last convolution, (batch, height, width, channels)."""
        blocks = self._blocks(dtype)
        x = add_condition(blocks.conv(x, self.filters[0], 3, "conv_in"), conditions, dtype)
        for stage, channels in enumerate(self.filters):
            if stage:
                x = blocks.down(x, f"down_blocks-{stage - 1}-downsamplers-0")
            for block in range(self.blocks):
                x = blocks.residual(x, channels, f"down_blocks-{stage}-resnets-{block}")
        return blocks.activated(blocks.middle(x, self.attention), "conv_norm_out")

    def _decoded(self, z, conditions, dtype):
        """The largest map in front of the last convolution, (batch, height, width, channels)."""
        blocks = self._blocks(dtype)
        if self.post_quant_conv:
            z = blocks.conv(z, self.map_channels or z.shape[-1], 1, "post_quant_conv")
        x = add_condition(blocks.conv(z, self.filters[-1], 3, "conv_in"), conditions, dtype)
        x = blocks.middle(x, self.attention)
        for stage, channels in enumerate(self.filters[::-1]):
            if stage:
                x = blocks.up(x, f"up_blocks-{stage - 1}-upsamplers-0")
            for block in range(self.blocks + 1):
                x = blocks.residual(x, channels, f"up_blocks-{stage}-resnets-{block}")
        return blocks.activated(x, "conv_norm_out")

    def _blocks(self, dtype):
        return Blocks(self.groups, self.activation, dtype)
