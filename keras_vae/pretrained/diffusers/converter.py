"""What a converter is: a config of the diffusers library read and written, and places of tensors.

A subclass has an own file, and is known once that file is imported by `conversion.py`.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol

import keras
import numpy as np

from keras_vae.pretrained.errors import PresetError

Config = Mapping[str, Any]

#: the converters, by the names of their classes in the diffusers library
CONVERTERS: dict[str, "Converter"] = {}

#: stages, and blocks of a stage, that a model may have
MOST = 64
#: axes of a tensor of torch, by the number of its axes, in the order of Keras' weight
_TO_TORCH = {4: (3, 2, 0, 1), 2: (1, 0), 1: (0,)}
_TO_KERAS = {4: (2, 3, 1, 0), 2: (1, 0), 1: (0,)}
#: the names of weights in torch, by those in Keras
_NAMES = {"kernel": "weight", "gamma": "weight", "bias": "bias", "beta": "bias"}


class Place(NamedTuple):
    """Where a tensor of the library lies in a model: in one weight, or in several side by side.

    Args:
        variables: Keras variables, whose last axes together are the first axis of the tensor.
    """

    variables: tuple[keras.Variable, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's shape in the library."""
        first = tuple(self.variables[0].shape)
        shape = (*first[:-1], sum(variable.shape[-1] for variable in self.variables))
        return tuple(shape[axis] for axis in _TO_TORCH[len(shape)])

    def get(self) -> np.ndarray:
        """The tensor, float32, in the library's order of axes."""
        arrays = [keras.ops.convert_to_numpy(variable.value) for variable in self.variables]
        array = np.concatenate(arrays, axis=-1)
        return array.transpose(_TO_TORCH[array.ndim]).astype("float32")

    def set(self, tensor: np.ndarray) -> None:
        """Put the tensor of the library, of this place's shape, into the model."""
        array = tensor.transpose(_TO_KERAS[tensor.ndim])
        ends = list(itertools.accumulate(variable.shape[-1] for variable in self.variables))
        for variable, part in zip(self.variables, np.split(array, ends[:-1], -1), strict=True):
            variable.assign(part)


class TensorPlace(Protocol):
    """What `places` gives: where a tensor of the library lies in a model. Most are a `Place`."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The tensor's shape in the library."""

    def get(self) -> np.ndarray:
        """The tensor, float32, as the library has it."""

    def set(self, tensor: np.ndarray) -> None:
        """Put the tensor of the library into the model."""


class Converter:
    """Base of the converters between a class of the diffusers library and one of our models.

    A subclass names both classes, and defines `arguments`, `config` and `places`. An instance of
    it is registered by `add`.
    """

    #: the class in the diffusers library
    name: ClassVar[str]
    #: the name in files of our class
    model: ClassVar[str]
    #: keys of the config that are read, with the library's defaults
    defaults: ClassVar[Config] = {}
    #: keys that may hold one of some values only, here
    choices: ClassVar[Mapping[str, tuple[Any, ...]]] = {}
    #: keys that change nothing in what the networks compute
    unused: ClassVar[tuple[str, ...]] = ()
    #: numbers that our model may have for each one in the library's tensors
    most_numbers: ClassVar[int] = 1

    def arguments(self, config: Config) -> dict[str, Any]:
        """The arguments of our model's constructor.

        Args:
            config: mapping with all keys of `defaults`.

        Raises:
            PresetError: if a value is not supported.
        """
        raise NotImplementedError

    def config(self, model: Any) -> dict[str, Any]:
        """The config of the library that describes a model of ours.

        Raises:
            ValueError: if the library has no such model.
        """
        raise NotImplementedError

    def places(self, model: Any) -> Mapping[str, TensorPlace]:
        """Where each tensor of the library lies in a model of ours, by its key."""
        raise NotImplementedError

    def read(self, config: Config) -> dict[str, Any]:
        """`arguments` of a config as it is in a file.

        Raises:
            PresetError: if it has a key or a value that is not supported.
        """
        own = {key: value for key, value in config.items() if not key.startswith("_")}
        unknown = sorted(set(own) - set(self.defaults) - set(self.choices) - set(self.unused))
        if unknown:
            asked = {key: own[key] for key in unknown}
            raise PresetError(
                f"{self.name}: config.json has keys that are not supported. Received: {asked}"
            )
        for key, value in own.items():
            numbers = value if isinstance(value, (list, tuple)) else [value]
            self.require(key, value, len(numbers) <= MOST, f"a list of at most {MOST} entries")
        for key, allowed in self.choices.items():
            value = own.get(key, allowed[0])
            self.require(key, value, value in allowed, f"one of {list(allowed)}")
        return self.arguments({**self.defaults, **own})

    def require(self, key: str, value: Any, holds: bool, expected: str) -> None:
        """Refuse a key of a config unless a condition holds.

        Raises:
            PresetError: if it does not hold.
        """
        if not holds:
            raise PresetError(
                f"{self.name}: config.json must have {key!r} as {expected}, here. Received: "
                f"{key}={value!r}"
            )

    def check_plain(self, model: Any, network: type, activation: str) -> None:
        """Refuse a model of ours that the library's class cannot be.

        Args:
            model: our model.
            network: class of the kind of networks that it must have.
            activation: name, that of its layers.

        Raises:
            ValueError: if it has other networks, a condition, or decoders of more than means.
        """
        parameters = model.likelihood_layer.parameter_shapes(model.data_shape)
        own, options = isinstance(model.network, network), model.network.options
        reasons = {
            f"networks of the kind {network.__name__}": own,
            f"the activation {activation!r}": not own or options["activation"] == activation,
            "networks that were not replaced": not {"encoder", "decoder"} & model.replaced_parts,
            "no condition": model.condition_shape is None,
            "no missing values": not model.missing,
            "a decoder of means alone": list(parameters) == ["mean"],
            "images with channels": len(model.data_shape) == 3,
        }
        lacking = [what for what, holds in reasons.items() if not holds]
        if lacking:
            raise ValueError(
                f"to_diffusers needs a {type(model).__name__} as the {self.name} of the diffusers "
                f"library can be: with {', '.join(lacking)}. Received: {model!r}"
            )

    def renamed(self, tensors: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The tensors under the keys of today, where files of old versions have others."""
        return tensors


def add(converter: Converter) -> None:
    """Register a converter by the name of its class in the library."""
    CONVERTERS[converter.name] = converter


def layer_places(
    network: keras.Model, key_of: Callable[[str], str | None]
) -> dict[str, list[keras.Variable]]:
    """The weights of a network's layers by the library's keys.

    Args:
        network: functional model.
        key_of: function from a layer's name to the library's name of that module; layers of one
            name there lie side by side.
    """
    places: dict[str, list[keras.Variable]] = {}
    for layer in network.layers:
        for variable in layer.variables:
            module = key_of(layer.name)
            places.setdefault(f"{module}.{_NAMES[variable.name]}", []).append(variable)
    return places


def as_places(*found: Mapping[str, list[keras.Variable]]) -> dict[str, Place]:
    """Places of several networks in one dict."""
    return {key: Place(tuple(value)) for part in found for key, value in part.items()}
