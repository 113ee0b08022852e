"""The kinds of networks that every paper takes by name, such as `"mlp"` and `"conv"`."""

from collections.abc import Callable
from typing import Any, Self

import keras

from keras_vae.networks.checks import check_dropout, check_image_input, check_sizes
from keras_vae.networks.code_levels import (
    code_levels_decoder,
    code_levels_encoder,
    level_sizes,
    networks_between_levels,
)
from keras_vae.networks.convolutional import conv_decoder, conv_encoder
from keras_vae.networks.feature_maps import map_decoder, map_encoder
from keras_vae.networks.gated import gated_mlp
from keras_vae.networks.mlp import mlp
from keras_vae.networks.network import Network, Shape, Shapes
from keras_vae.networks.residual import residual_decoder, residual_encoder
from keras_vae.networks.two_level import gated_merge, two_level_decoder, two_level_encoder
from keras_vae.serialization import register

Sizes = tuple[int, ...]


@register
class MLP(Network):
    """Fully connected networks, for data of any shape.

    Args:
        hidden: widths of the encoder's layers; the decoder has them in reverse. Defaults to
            `(512, 256)`.
        activation: name or function of the hidden layers. Defaults to `"relu"`.
        batch_norm: whether to normalize in front of each activation. Defaults to `False`.
        dropout: share of the units of each hidden layer of the encoder that training leaves out.
            Defaults to `0.0`.

    Raises:
        ValueError: if `hidden` is not a tuple of positive integers, or `dropout` is not in [0, 1).
    """

    def __init__(
        self,
        hidden: Sizes = (512, 256),
        activation: Any = "relu",
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        check_sizes("hidden", hidden)
        check_dropout("networks.MLP", dropout=dropout)
        self.hidden = tuple(hidden)
        self.activation = activation
        self.batch_norm = batch_norm
        self.dropout = dropout

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.encoder`."""
        own = {"batch_norm": self.batch_norm, "dropout": self.dropout}
        return mlp(input_shape, output_shapes, self.hidden, self.activation, **own, **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.decoder`."""
        own = {"hidden": self.hidden[::-1], "batch_norm": self.batch_norm}
        return mlp(input_shape, output_shapes, activation=self.activation, **own, **options)


@register
class Gated(Network):
    """Fully connected networks of gated linear units, as in the VampPrior paper.

    Args:
        hidden: widths of the encoder's layers; the decoder has them in reverse. Defaults to
            `(300, 300)`.
        kernel_initializer: name, of all kernels. Defaults to `"he_normal"`, as in the paper's code.

    Raises:
        ValueError: if `hidden` is not a tuple of positive integers.

    Reference:
        - [Tomczak and Welling, 2018](https://arxiv.org/abs/1705.07120)
    """

    def __init__(self, hidden: Sizes = (300, 300), kernel_initializer: str = "he_normal") -> None:
        check_sizes("hidden", hidden)
        self.hidden = tuple(hidden)
        self.kernel_initializer = kernel_initializer

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.encoder`."""
        own = {"hidden": self.hidden, "kernel_initializer": self.kernel_initializer}
        return gated_mlp(input_shape, output_shapes, **own, **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.decoder`."""
        own = {"hidden": self.hidden[::-1], "kernel_initializer": self.kernel_initializer}
        return gated_mlp(input_shape, output_shapes, **own, **options)

    def encoder_with_features(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """The features come from a second stack of all but the last layer, as in the paper."""
        return two_level_encoder(
            input_shape, output_shapes, self.hidden, self.kernel_initializer, **options
        )

    def merge(
        self, input_shape: Shape, output_shapes: Shapes, features_shape: Shape, **options: Any
    ) -> keras.Model:
        """The features join in the last hidden layer, as in the paper."""
        own = {"hidden": self.hidden, "kernel_initializer": self.kernel_initializer}
        return gated_merge(input_shape, output_shapes, features_shape, **own, **options)

    def decoder_of_levels(
        self, sizes: tuple[int, int], output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """A branch for each level; they join in the last hidden layer, as in the paper."""
        return two_level_decoder(
            sizes, output_shapes, self.hidden, self.kernel_initializer, **options
        )


class Convolutional(Network):
    """Base of the networks for images, made of stages with a stride each."""

    filters: Sizes
    strides: Sizes
    activation: Any
    dense: Sizes
    #: residual blocks behind the stages where the latents are a map of codes
    code_blocks = 0

    def replace(self, **options: Any) -> Self:
        """See `Network.replace`; strides follow other filters."""
        return super().replace(**({"strides": None} if "filters" in options else {}) | options)

    def for_vectors(self) -> Network:
        """See `Network.for_vectors`."""
        return MLP(self.dense or (128,), self.activation)

    def code_encoder(
        self, input_shape: Shape, channels: int, normalize: bool = False, **options: Any
    ) -> keras.Model:
        """Network from images to a map of vectors, (batch, height, width, channels).

        Height and width are halved by each stage, upwards. The options `kernel_size`, `pooling`,
        `batch_norm` and `dense` belong to other latents.

        Reference:
            - [van den Oord et al., 2017](https://arxiv.org/abs/1711.00937)
        """
        return map_encoder(
            input_shape, channels, normalize=normalize, **self._code_stages(), **options
        )

    def code_decoder(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """Network from a map of vectors to images."""
        return map_decoder(input_shape, output_shapes, **self._code_stages(), **options)

    def levels_encoder(
        self, input_shape: Shape, channels: int, num_levels: int, **options: Any
    ) -> keras.Model:
        """Network from images to levels of maps, each half as high and wide as the next.

        Reference:
            - [Razavi et al., 2019](https://arxiv.org/abs/1906.00446)
        """
        check_image_input(input_shape)
        own = self._code_stages()
        return code_levels_encoder(input_shape, channels, num_levels, **own, **options)

    def levels_between(
        self, input_shape: Shape, channels: int, num_levels: int, dtype: Any = None
    ) -> list[keras.Model]:
        """See `Network.levels_between`."""
        filters, activation, blocks = self._code_stages().values()
        sizes = level_sizes(input_shape, len(filters), num_levels)
        return networks_between_levels(sizes, channels, filters[-1], blocks, activation, dtype)

    def levels_decoder(
        self,
        data_shape: Shape,
        channels: int,
        num_levels: int,
        output_shapes: Shapes,
        **options: Any,
    ) -> keras.Model:
        """Network from the vectors of all levels of codes, in one row, to images."""
        own = self._code_stages()
        sizes = level_sizes(data_shape, len(own["filters"]), num_levels)
        return code_levels_decoder(sizes, channels, output_shapes, **own, **options)

    def _stages(self) -> dict[str, Any]:
        return {**self.options, "strides": self.strides}

    def _code_stages(self) -> dict[str, Any]:
        if set(self.strides) != {2}:
            raise ValueError(
                "A map of codes needs networks whose every stride is 2, or strides=None. "
                f"Received: strides={self.strides}"
            )
        own = {"filters": self.filters, "activation": self.activation}
        return {**own, "blocks": self.code_blocks}


@register
class Conv(Convolutional):
    """Convolutional networks for images, with Dense layers next to the latents.

    Args:
        filters: channels of each stage of the encoder; the decoder has them in reverse. Defaults
            to `(32, 64)`.
        strides: stride of each stage. Defaults to `None`, 2 for every stage.
        kernel_size: side of each kernel. Defaults to `3`.
        pooling: `"max"` or `"average"`, to pool where the stride is 2. Defaults to `None`, strided
            convolutions.
        batch_norm: whether to normalize in front of each activation. Defaults to `False`.
        activation: name or function of the hidden layers. Defaults to `"relu"`.
        dense: widths of the Dense layers between the smallest map and the latents. Defaults to
            `(128,)`.

    Raises:
        ValueError: if an option is of the wrong kind, or data are not images.
    """

    def __init__(
        self,
        filters: Sizes = (32, 64),
        strides: Sizes | None = None,
        kernel_size: int = 3,
        pooling: str | None = None,
        batch_norm: bool = False,
        activation: Any = "relu",
        dense: Sizes = (128,),
    ) -> None:
        check_sizes("filters", filters)
        self.filters = tuple(filters)
        self.strides = strides_of(filters, strides)
        self.kernel_size = kernel_size
        self.pooling = pooling
        self.batch_norm = batch_norm
        self.activation = activation
        self.dense = tuple(dense)

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.encoder`."""
        return conv_encoder(input_shape, output_shapes, **self._stages(), **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.decoder`."""
        return conv_decoder(input_shape, output_shapes, **self._stages(), **options)


@register
class Residual(Convolutional):
    """Residual convolutional networks for images, with Dense layers next to the latents.

    Args:
        filters: channels of each stage of the encoder; the decoder has them in reverse. Defaults
            to `(32, 64, 128)`.
        strides: stride of each stage. Defaults to `None`, 2 for every stage.
        blocks: residual blocks of each stage; behind the stages where the latents are a map of
            codes. Defaults to `2`.
        kernel_size: side of each kernel. Defaults to `3`.
        batch_norm: whether to normalize in front of each activation. Defaults to `False`.
        activation: name or function of the hidden layers. Defaults to `"relu"`.
        dense: widths of the Dense layers between the smallest map and the latents. Defaults to
            `(256,)`.

    Raises:
        ValueError: if an option is of the wrong kind, or data are not images.
    """

    def __init__(
        self,
        filters: Sizes = (32, 64, 128),
        strides: Sizes | None = None,
        blocks: int = 2,
        kernel_size: int = 3,
        batch_norm: bool = False,
        activation: Any = "relu",
        dense: Sizes = (256,),
    ) -> None:
        check_sizes("filters", filters)
        self.filters = tuple(filters)
        self.strides = strides_of(filters, strides)
        self.blocks = self.code_blocks = blocks
        self.kernel_size = kernel_size
        self.batch_norm = batch_norm
        self.activation = activation
        self.dense = tuple(dense)

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.encoder`."""
        return residual_encoder(input_shape, output_shapes, **self._stages(), **options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.decoder`."""
        return residual_decoder(input_shape, output_shapes, **self._stages(), **options)


@register
class Pair(Network):
    """Networks of your own: an encoder and a decoder, each a Keras model or a builder of one.

    Args:
        encoder: `keras.Model` from data to the posterior's parameters, or a function
            `(input_shape, output_shapes, condition_shape=None, dtype=None, name=None)` that builds
            one. Models that are saved need functions registered with Keras.
        decoder: `keras.Model` from latents to the likelihood's parameters, or such a function.

    Raises:
        ValueError: if an argument is neither a model nor a function.
    """

    def __init__(self, encoder: Any, decoder: Any) -> None:
        for name, network in (("encoder", encoder), ("decoder", decoder)):
            if not callable(network) or isinstance(network, type):
                raise ValueError(
                    f"networks.Pair needs {name} as a Keras model or a function that builds one. "
                    f"Received: {name}={network!r}"
                )
        self.build_encoder = encoder
        self.build_decoder = decoder

    def encoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.encoder`."""
        return _built(self.build_encoder, input_shape, output_shapes, options)

    def decoder(self, input_shape: Shape, output_shapes: Shapes, **options: Any) -> keras.Model:
        """See `Network.decoder`."""
        return _built(self.build_decoder, input_shape, output_shapes, options)

    def for_vectors(self) -> Network:
        """See `Network.for_vectors`."""
        return MLP()


def _built(
    network: keras.layers.Layer | Callable, input_shape: Shape, output_shapes: Shapes, options: Any
) -> keras.Model:
    options = {name: value for name, value in options.items() if value is not None}
    if isinstance(network, keras.layers.Layer):
        if "corruption" in options:
            raise ValueError(
                "A ready encoder cannot be given noise on its input: put a "
                "keras_vae.networks.Corruption layer into it, or pass a function that builds it "
                f"with corruption=. Received: encoder={network!r}"
            )
        return network
    return network(input_shape, output_shapes, **options)


def strides_of(filters: Sizes, strides: Sizes | None) -> Sizes:
    """The strides as given, or 2 for each stage."""
    return (2,) * len(filters) if strides is None else tuple(strides)


_NAMED = {"mlp": MLP, "gated": Gated, "conv": Conv, "residual": Residual}


def get(identifier: Any) -> Network:
    """A kind of networks from its name, an instance, or a pair of networks of your own.

    Args:
        identifier: `"mlp"`, `"gated"`, `"conv"` or `"residual"`, a `Network`, or a pair of Keras
            models or functions that build them, `(encoder, decoder)`.

    Raises:
        ValueError: if it is none of these.
    """
    if isinstance(identifier, Network):
        return identifier
    if isinstance(identifier, (tuple, list)) and len(identifier) == 2:
        return Pair(*identifier)
    if isinstance(identifier, str) and identifier in _NAMED:
        return _NAMED[identifier]()
    raise ValueError(
        f"network must be one of {sorted(_NAMED)}, a keras_vae.networks.Network, or a pair of "
        f"networks (encoder, decoder). Received: network={identifier!r}"
    )
