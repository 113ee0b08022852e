"""Small autoencoders of latent diffusion's latents (Bohan, 2023), github.com/madebyollin/taesd."""

from typing import Any

import keras
from keras import layers

from keras_vae import checks
from keras_vae.networks.ends import network
from keras_vae.networks.feature_maps import add_condition
from keras_vae.networks.map_network import MapNetwork
from keras_vae.networks.network import Shape, Shapes
from keras_vae.serialization import register

#: latents leave the interval [-3, 3] seldom, and the decoder bends them back into it
FARTHEST = 3.0


@register
class TAESD(MapNetwork):
    """Small residual networks between images and maps of vectors, without normalization.

    A layer bears the name that its weights have in files of the diffusers library, with hyphens for
    dots: `"layers-1-conv-0"`. Height and width may be free, `None` in the shape of the data.

    Args:
        filters: int, channels of all stages. Defaults to `64`.
        blocks: residual blocks of each stage of the encoder; in front of each but the first, height
            and width are halved. Defaults to `(1, 3, 3, 3)`.
        decoder_blocks: residual blocks of each stage of the decoder, that of the smallest map
            first. Defaults to `None`, the encoder's in reverse.
        activation: name or function of the hidden layers. Defaults to `"relu"`.
        image_range: pair (low, high), the values in the data that stand for black and white. The
            networks compute with [0, 1]. Defaults to `(-1, 1)`.

    Raises:
        ValueError: if an option is of the wrong kind, if data are not images, or if a side does
            not divide by the strides.
    """

    inside = (0.0, 1.0)

    def __init__(
        self,
        filters: int = 64,
        blocks: tuple[int, ...] = (1, 3, 3, 3),
        decoder_blocks: tuple[int, ...] | None = None,
        activation: Any = "relu",
        image_range: tuple[float, float] = (-1.0, 1.0),
    ) -> None:
        owner = "networks.TAESD"
        decoder_blocks = blocks[::-1] if decoder_blocks is None else decoder_blocks
        checks.check_count(owner, filters=filters)
        checks.check_sizes(owner, blocks=blocks, decoder_blocks=decoder_blocks)
        checks.check_range(owner, image_range=image_range)
        if not blocks or len(blocks) != len(decoder_blocks):
            checks.refuse(owner, "as long as blocks, and not empty", decoder_blocks=decoder_blocks)
        self.filters = filters
        self.blocks = tuple(blocks)
        self.decoder_blocks = tuple(decoder_blocks)
        self.activation = activation
        self.image_range = (image_range[0], image_range[1])

    @property
    def stride(self) -> int:
        """See `MapNetwork.stride`."""
        return 2 ** (len(self.blocks) - 1)

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
        place = 0
        for stage, blocks in enumerate(self.blocks):
            if stage:
                x = layers.ZeroPadding2D(1, **_image(dtype))(x)
                options = {"strides": 2, "use_bias": False, "name": f"layers-{place}"}
                x = layers.Conv2D(self.filters, 3, **options, **_image(dtype))(x)
            else:
                x = self._conv(x, f"layers-{place}", dtype)
                x = add_condition(x, inputs.conditions, dtype)
            x, place = self._stage(x, blocks, place + 1, dtype)
        options = {"padding": "same", **_image(dtype)}
        outputs = [
            layers.Conv2D(shape[-1], 3, name=output, **options)(x)
            for output, shape in output_shapes.items()
        ]
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
        x = layers.Rescaling(1 / FARTHEST, dtype=dtype)(inputs[0])
        x = layers.Rescaling(FARTHEST, dtype=dtype)(layers.Activation("tanh", dtype=dtype)(x))
        x = add_condition(self._conv(x, "layers-0", dtype), inputs[1:], dtype)
        x, place = layers.Activation(self.activation, dtype=dtype)(x), 2
        for stage, blocks in enumerate(self.decoder_blocks):
            x, place = self._stage(x, blocks, place, dtype)
            if stage < len(self.decoder_blocks) - 1:
                x = layers.UpSampling2D(2, **_image(dtype))(x)
                # The files count the enlargement as a layer.
                x = self._conv(x, f"layers-{place + 1}", dtype, use_bias=False)
                place += 2
        return network(inputs, self._heads(x, output_shapes, dtype), name)

    def last_layers(self) -> tuple[str, str]:
        """The names that the last convolutions of encoder and decoder have in files."""
        stages = len(self.blocks)
        encoder = stages + sum(self.blocks)
        return f"layers-{encoder}", f"layers-{2 * stages + sum(self.decoder_blocks)}"

    def _stage(self, x, blocks, place, dtype):
        """Residual blocks, and the number of the layer behind them."""
        for block in range(place, place + blocks):
            h = self._conv(x, f"layers-{block}-conv-0", dtype, activation=self.activation)
            h = self._conv(h, f"layers-{block}-conv-2", dtype, activation=self.activation)
            h = self._conv(h, f"layers-{block}-conv-4", dtype)
            x = layers.ReLU(dtype=dtype)(layers.Add(dtype=dtype)([x, h]))
        return x, place + blocks

    def _conv(self, x, name, dtype, **options):
        options = {"padding": "same", "name": name, **options, **_image(dtype)}
        return layers.Conv2D(self.filters, 3, **options)(x)


def _image(dtype):
    return {"data_format": "channels_last", "dtype": dtype}
