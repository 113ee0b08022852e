"""What builds the encoder and the decoder of a paper, for any shapes of data and latents."""

import inspect
from collections.abc import Mapping
from typing import Any, Self

import keras

from keras_vae.parts import nearest_name
from keras_vae.serialization import deserialize_value

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


class Network:
    """Base of the kinds of networks: a value that builds Keras models for the shapes it is given.

    A network has no weights. Two networks of one class with the same options are equal. Each
    method builds a new functional `keras.Model`, whose inputs are one tensor, or a list of it and a
    condition, or, of encoders of data with missing values, a dict.

    A subclass has its options as arguments of its constructor, is registered by
    `keras_vae.register`, and defines `encoder` and `decoder`. The other methods follow from these.
    """

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
        """Network from data, (batch, *input_shape), to vectors.

        Args:
            input_shape: shape of one example, without batch axis.
            output_shapes: name and shape, without batch axis, of each output.
            condition_shape: shape of one condition. Defaults to `None`, no condition.
            corruption: layer that the data pass first. Defaults to `None`.
            missing: whether values of the data may be missing. The inputs are then a dict of
                `"x"`, with zeros there, `"mask"` of the same shape, 1 where x is observed, and
                `"condition"`. Defaults to `False`. Given by models with `missing=True` alone.
            dtype: Keras dtype or policy of every layer. Defaults to `None`, the global policy.
            name: name of the model. Defaults to `None`.

        Raises:
            ValueError: if the network cannot take or give such shapes.
        """
        raise NotImplementedError

    def decoder(
        self,
        input_shape: Shape,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        dtype: Any = None,
        name: str | None = None,
    ) -> keras.Model:
        """Network from latents, (batch, *input_shape), to data; mirrors `encoder`."""
        raise NotImplementedError

    def for_vectors(self) -> "Network":
        """The network to use between vectors, as between two levels of latents."""
        return self

    def encoder_with_features(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """`encoder` with one more output, features (batch, units) for other networks."""
        shapes = {**output_shapes, "features": (FEATURES,)}
        return self.encoder(input_shape, shapes, **options)

    def merge(
        self, input_shape: Shape, output_shapes: Shapes, features_shape: Shape, **options: Any
    ) -> keras.Model:
        """Network of a list, vectors and features, to vectors."""
        network = self.for_vectors()
        return network.encoder(
            input_shape, output_shapes, condition_shape=features_shape, **options
        )

    def decoder_of_levels(
        self, sizes: tuple[int, int], output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """`decoder` of z = [z2, z1], two levels of latents of these sizes side by side."""
        return self.decoder((sum(sizes),), output_shapes, **options)

    def level_shapes(self, data_shape: Shape, latent_dim: int) -> dict[str, Shape]:
        """The names and shapes of the levels of a deep hierarchy, from the top; here three vectors.

        Args:
            data_shape: shape of one example, without batch axis.
            latent_dim: numbers in each level, or at each place of its map.
        """
        return {name: (latent_dim,) for name in ("z3", "z2", "z1")}

    def hierarchy_encoder(
        self,
        input_shape: Shape,
        levels: Shapes,
        condition_shape: Shape | None = None,
        **options: Any,
    ) -> keras.Model:
        """Network from data to what a `hierarchy_decoder` with these levels asks for.

        Args:
            input_shape: shape of one example, without batch axis.
            levels: names and shapes of the levels, from the top.
            condition_shape: shape of one condition, which is the last output then. Defaults to
                `None`, no condition.
            **options: as in `encoder`.
        """
        from keras_vae.networks.chained import chained_encoder

        return chained_encoder(self, input_shape, levels, condition_shape, **options)

    def hierarchy_decoder(
        self,
        levels: Shapes,
        output_shapes: Shapes,
        condition_shape: Shape | None = None,
        **options: Any,
    ) -> Any:
        """`keras_vae.networks.TopDown` through levels of these shapes, from the top, to data.

        Args:
            levels: names and shapes of the levels, from the top.
            output_shapes: name and shape, without batch axis, of each output.
            condition_shape: shape of one condition, which each level sees. Defaults to `None`.
            **options: `dtype` and `name`, as in `decoder`.
        """
        from keras_vae.networks.chained import chained_decoder

        return chained_decoder(self, levels, output_shapes, condition_shape, **options)

    def code_encoder(
        self, input_shape: Shape, channels: int, normalize: bool = False, **options: Any
    ) -> keras.Model:
        """Network from data to the vectors of a quantizer, here one vector (batch, channels).

        Args:
            input_shape: shape of one example, without batch axis.
            channels: length of each vector.
            normalize: whether each channel is brought to mean 0 and variance 1 by a batch
                normalization without weights. Defaults to `False`.
            **options: as in `encoder`.
        """
        encoder = self.encoder(input_shape, {"z": (channels,)}, **options)
        if not normalize:
            return encoder
        from keras_vae.networks.feature_maps import normalized

        outputs = normalized(encoder.output, options.get("dtype"))
        return keras.Model(encoder.input, outputs, name=encoder.name)

    def code_decoder(
        self, input_shape: Shape, output_shapes: Shapes, **options: Any
    ) -> keras.Model:
        """Network from the vectors of a quantizer, (batch, *input_shape), to data."""
        return self.decoder(input_shape, output_shapes, **options)

    def levels_encoder(
        self, input_shape: Shape, channels: int, num_levels: int, **options: Any
    ) -> keras.Model:
        """Network from data to the vectors of the first of several levels of codes, and features.

        Here each level is a map of one place.

        Args:
            input_shape: shape of one example, without batch axis.
            channels: length of each vector.
            num_levels: number of levels.
            **options: as in `encoder`.
        """
        features = {f"features_{i}": (1, 1, LEVEL_FEATURES) for i in range(1, num_levels)}
        return self.encoder(input_shape, {"top": (1, 1, channels), **features}, **options)

    def levels_between(
        self, input_shape: Shape, channels: int, num_levels: int, dtype: Any = None
    ) -> list[keras.Model]:
        """Network of each level but the first: a list, vectors above and features, to vectors."""
        from keras_vae.networks.code_levels import networks_between_levels

        sizes, stages = [(1, 1)] * num_levels, (LEVEL_FEATURES, 1, "relu")
        return networks_between_levels(sizes, channels, *stages, dtype)

    def levels_decoder(
        self,
        data_shape: Shape,
        channels: int,
        num_levels: int,
        output_shapes: Shapes,
        **options: Any,
    ) -> keras.Model:
        """Network from the vectors of all levels of codes, in one row, to data."""
        return self.decoder((num_levels * channels,), output_shapes, **options)

    @property
    def kind(self) -> "Network":
        """The kind of networks; this one itself, unless its models are there already."""
        return self

    # ---- a value ---------------------------------------------------------------------------

    @classmethod
    def option_names(cls) -> list[str]:
        """The names of the constructor's arguments."""
        return [name for name in inspect.signature(cls).parameters if name != "self"]

    def replace(self, **options: Any) -> Self:
        """A network like this one with other options.

        Raises:
            ValueError: if the network has no such option.
        """
        for name in options:
            if name not in self.option_names():
                raise ValueError(
                    f"networks.{type(self).__name__} has the options {self.option_names()}. "
                    f"Received: {name}={options[name]!r}.{nearest_name(name, self.option_names())}"
                )
        return type(self)(**{**self.options, **options})

    @property
    def options(self) -> dict[str, Any]:
        """The constructor's arguments by name, sequences as tuples."""
        values = self._arguments.items()
        return {name: tuple(v) if isinstance(v, list) else v for name, v in values}

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, serialized."""
        values = self.options.items()
        return {name: keras.saving.serialize_keras_object(value) for name, value in values}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """The network that `get_config` described."""
        return cls(**{name: deserialize_value(value) for name, value in config.items()})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.get_config() == other.get_config()

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({options})"


#: length of the features that `encoder_with_features` gives beside its outputs
FEATURES = 300
#: channels of the features that `levels_encoder` gives for a map of one place
LEVEL_FEATURES = 64
