"""The kind of networks of a very deep VAE (Child, 2021), arxiv.org/abs/2011.10650."""

import math
from typing import Any

import keras
from keras import layers

from keras_vae import checks
from keras_vae.networks.architectures import Residual
from keras_vae.networks.block_strings import (
    check_decoder_blocks,
    check_encoder_blocks,
    default_decoder_blocks,
    default_encoder_blocks,
    map_size,
    parse_blocks,
)
from keras_vae.networks.chained import condition_of
from keras_vae.networks.checks import check_image_shapes, check_size
from keras_vae.networks.ends import encoder_inputs
from keras_vae.networks.ladder_network import joined
from keras_vae.networks.network import Network, Shape, Shapes
from keras_vae.networks.very_deep import (
    VeryDeepTopDown,
    bottleneck_block,
    convolution,
    level_shapes,
)
from keras_vae.serialization import register


@register
class VeryDeep(Network):
    """Networks of many residual blocks for images, with latents in each block of the decoder.

    Blocks are strings as in the paper: `"32x11"` are eleven blocks of maps 32 high, `"32d2"` is one
    that halves the maps behind itself, and `"8m4"` one of maps 8 high, to which those 4 high are
    added. Other papers get `networks.Residual()`.

    Args:
        width: int, channels of all maps. Defaults to `384`, the paper's for CIFAR-10.
        enc_blocks: str, the encoder's blocks, from the data's height on. Defaults to `None`: two at
            each height, which is halved while it is even and above 4, and one at height 1.
        dec_blocks: str, the decoder's blocks, from the top; each has latents. Defaults to `None`:
            one at height 1, and three at each of the other heights.
        bottleneck: float in (0, 1], the channels inside of a block, as a part of `width`. Defaults
            to `0.25`.
        residual: bool, whether posteriors say how they differ from the prior (NVAE). Defaults to
            `False`.
        no_bias_above: int, height of maps above which there is no learned bias. Defaults to `64`.
        spectral: float >= 0, factor of the penalty on the largest singular value of each kernel
            in a block, `networks.SpectralRegularizer` (NVAE). Defaults to `0.0`.

    Raises:
        ValueError: if an argument is out of its range, or the blocks do not fit the data.

    References:
        - [Child, 2021](https://arxiv.org/abs/2011.10650)
        - [Vahdat and Kautz, 2020](https://arxiv.org/abs/2007.03898), `residual` and `spectral`
    """

    def __init__(
        self,
        width: int = 384,
        enc_blocks: str | None = None,
        dec_blocks: str | None = None,
        bottleneck: float = 0.25,
        residual: bool = False,
        no_bias_above: int = 64,
        spectral: float = 0.0,
    ) -> None:
        check_size("width", width)
        checks.check_non_negative("networks.VeryDeep", spectral=spectral)
        checks.check_positive("networks.VeryDeep", bottleneck=bottleneck)
        checks.check_fraction("networks.VeryDeep", bottleneck=bottleneck)
        for name, blocks in (("enc_blocks", enc_blocks), ("dec_blocks", dec_blocks)):
            if blocks is not None:
                parse_blocks(name, blocks)
        self.width = width
        self.enc_blocks = enc_blocks
        self.dec_blocks = dec_blocks
        self.bottleneck = bottleneck
        self.residual = residual
        self.no_bias_above = no_bias_above
        self.spectral = spectral

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """That of `networks.Residual()`."""
        return Residual().encoder(input_shape, output_shapes, **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """That of `networks.Residual()`."""
        return Residual().decoder(input_shape, output_shapes, **options)

    def for_vectors(self) -> Network:
        """That of `networks.Residual()`."""
        return Residual().for_vectors()

    def level_shapes(self, data_shape: Shape, latent_dim: int) -> dict[str, Shape]:
        """Latents of each block of the decoder, by the size of its maps and a number."""
        check_image_shapes(data_shape, {"z": (latent_dim,)})
        _, decoder = self.blocks(data_shape)
        parsed = parse_blocks("dec_blocks", decoder)
        sizes = {block.height: map_size(block.height, data_shape) for block in parsed}
        return level_shapes(parsed, sizes, latent_dim)

    def blocks(self, data_shape: Shape) -> tuple[str, str]:
        """The strings of encoder and decoder for data of a shape, checked.

        Raises:
            ValueError: if they do not fit the data, or each other.
        """
        height = data_shape[0]
        encoder = self.enc_blocks or default_encoder_blocks(height)
        decoder = self.dec_blocks or default_decoder_blocks(height)
        parsed = parse_blocks("enc_blocks", encoder)
        check_encoder_blocks(parsed, height)
        heights = {math.ceil(block.height / (block.rate or 1)) for block in parsed} | {height}
        check_decoder_blocks(parse_blocks("dec_blocks", decoder), heights, height)
        return encoder, decoder

    def hierarchy_encoder(
        self,
        input_shape: Shape,
        levels: Shapes,
        condition_shape: Shape | None = None,
        missing: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """See `Network.hierarchy_encoder`: the maps of each height that the decoder asks for."""
        check_image_shapes(input_shape, dict(levels), condition_shape)
        blocks = parse_blocks("enc_blocks", self.blocks(input_shape)[0])
        inputs = encoder_inputs(input_shape, condition_shape, dtype, missing)
        x = joined(inputs.image(None, dtype), inputs.conditions, dtype)
        x = convolution(x, self.width, 3, 1.0, dtype)
        maps = {x.shape[1]: x}
        middle = max(1, int(self.width * self.bottleneck))
        for block in blocks:
            wide, scale = block.height > 2, 1 / len(blocks)
            style = {"wide": wide, "dtype": dtype, "spectral": self.spectral}
            residual = bottleneck_block(x, middle, self.width, scale, **style)
            x = layers.Add(dtype=dtype)([x, residual])
            if block.rate is not None:
                pooling = {"padding": "same", "data_format": "channels_last", "dtype": dtype}
                x = layers.AveragePooling2D(block.rate, **pooling)(x)
            maps[x.shape[1]] = x
        asked = sorted({shape[0] for shape in levels.values()})
        condition = [] if condition_shape is None else [condition_of(inputs.nest)]
        outputs = [*(maps[height] for height in asked), *condition]
        nest = inputs.nest
        nest = nest[0] if isinstance(nest, list) and len(nest) == 1 else nest
        return keras.Model(nest, outputs, name=name)

    def hierarchy_decoder(
        self,
        levels: Shapes,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> VeryDeepTopDown:
        """See `Network.hierarchy_decoder`: blocks from the smallest maps to the largest."""
        data_shape = tuple(next(iter(output_shapes.values())))
        latent_dim = next(iter(levels.values()))[-1]
        return VeryDeepTopDown(
            data_shape,
            dict(output_shapes),
            self.blocks(data_shape)[1],
            latent_dim,
            self.width,
            self.bottleneck,
            self.residual,
            self.no_bias_above,
            self.spectral,
            condition_shape,
            dtype=dtype,
            name=name,
        )
