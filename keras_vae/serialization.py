"""Registration with Keras, and a config that writes itself from the constructor's arguments."""

import functools
import inspect
import warnings
from collections.abc import Callable, Iterator
from typing import Any, Self, TypeVar

import keras

PACKAGE = "keras_vae"

_Class = TypeVar("_Class", bound=type)
#: the classes that `register` knows, by their names in files
_CLASSES: dict[str, type] = {}


def register(cls: _Class) -> _Class:
    """Register a layer or model with Keras, and write its config from its constructor's arguments.

    The arguments that the outermost constructor received are kept unchanged, and `get_config`
    serializes them; so a config cannot drift from its constructor, and `.keras` files load with
    no `custom_objects`.

    Args:
        cls: subclass of `keras.layers.Layer` or `keras.Model`, whose bases include `Configurable`.

    Returns:
        The class itself.

    Raises:
        ValueError: if another class has the name already.
    """
    name = _registered_name(cls)
    holder = keras.saving.get_registered_object(f"{PACKAGE}>{name}")
    # The same class again is fine: notebooks run their cells twice.
    if holder and (holder.__module__, holder.__qualname__) != (cls.__module__, cls.__qualname__):
        raise ValueError(
            f"A class must have a name of its own to be found in files. Received: {cls!r}, but "
            f"{name!r} is {holder!r}"
        )
    keep_arguments(cls)
    _CLASSES[f"{PACKAGE}>{name}"] = cls
    return keras.saving.register_keras_serializable(PACKAGE, name)(cls)


def registered_class(registered_name: str) -> type | None:
    """The class that `register` put under this name of files.

    Args:
        registered_name: str, such as `"keras_vae>models.VAE"`.

    Returns:
        The class, or None.
    """
    return _CLASSES.get(registered_name)


def _registered_name(cls: type) -> str:
    """`likelihoods.Normal` for a class of this package, whose families share names."""
    package, *rest = cls.__module__.split(".")
    return f"{rest[0]}.{cls.__name__}" if package == PACKAGE and rest else cls.__name__


def keep_arguments(cls: type) -> None:
    """Have a class's constructor, its own or Keras', keep the arguments that it is called with."""
    init = cls.__init__  # type: ignore[misc]
    # A mixin without a constructor has `object`'s, and must go on to that of the next base.
    if init is not object.__init__ and not getattr(init, "keeps_arguments", False):
        cls.__init__ = _keep_arguments(init)  # type: ignore[misc]


def _keep_arguments(init: Callable[..., None]) -> Callable[..., None]:
    @functools.wraps(init)
    def keep(self: Any, *args: Any, **kwargs: Any) -> None:
        outermost = "_arguments" not in self.__dict__
        if outermost:
            try:
                bound = inspect.signature(init).bind(self, *args, **kwargs)
            except TypeError:
                init(self, *args, **kwargs)  # its own error names the class and counts
                raise
            bound.apply_defaults()
            named = _named(bound)
            # Arguments without a name are named by the constructor that they are handed on to.
            outermost = named is not None
            if outermost:
                # Past Keras' attribute tracking, which would count layers in here twice.
                object.__setattr__(self, "_arguments", named)
        init(self, *args, **kwargs)
        if outermost and isinstance(self, keras.layers.Layer):
            object.__setattr__(self, "_born_frozen", frozenset(_frozen_places(self)))

    # Keras reads constructors with `inspect.getfullargspec`, which does not look through `wraps`.
    keep.__signature__ = inspect.signature(init)  # type: ignore[attr-defined]
    keep.keeps_arguments = True  # type: ignore[attr-defined]
    return keep


def _named(bound: inspect.BoundArguments) -> dict[str, Any] | None:
    """The bound arguments by name, without `self` and with those of `**kwargs`.

    None if there are some without a name, of `*args`.
    """
    kinds = [parameter.kind for parameter in bound.signature.parameters.values()]
    named: dict[str, Any] = {}
    for kind, (name, value) in list(zip(kinds, bound.arguments.items(), strict=True))[1:]:
        if kind is inspect.Parameter.VAR_POSITIONAL:
            if value:
                return None
        elif kind is inspect.Parameter.VAR_KEYWORD:
            named.update(value)
        else:
            named[name] = value
    return named


class Configurable:
    """Mixin before a Keras layer or model: the config is its constructor's arguments.

    Beside them it says what does not train, where something does not: `trainable=False` of itself,
    and in `frozen` the places of layers inside of it.
    """

    #: Keras'
    name: str
    dtype_policy: Any
    #: what the outermost constructor received, and what it froze by itself
    _arguments: dict[str, Any]
    _born_frozen: frozenset[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep the arguments of a subclass too, whoever registers it with Keras."""
        super().__init_subclass__(**kwargs)
        keep_arguments(cls)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, serialized, with Keras' own `name` and `dtype`."""
        arguments = {
            name: keras.saving.serialize_keras_object(value)
            for name, value in self._arguments.items()
            if name != "trainable"  # as it is now, not as it was
        }
        own = {"name": self.name, "dtype": self._dtype_config()}
        return {**arguments, **own, **_what_is_frozen(self)}

    def _dtype_config(self) -> Any:
        return keras.dtype_policies.serialize(self.dtype_policy)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Rebuild from `get_config`'s dictionary, without running its weights."""
        config = dict(config)
        trainable, frozen = config.pop("trainable", True), config.pop("frozen", [])
        layer = cls(**{name: deserialize_value(value) for name, value in config.items()})
        _freeze(layer, trainable, frozen)
        return layer


def _what_is_frozen(layer: Any) -> dict[str, Any]:
    """The config of what does not train, beside what the constructor freezes by itself."""
    born = frozenset() if "trainable" in layer._arguments else layer._born_frozen
    if not layer.trainable and "" not in born:
        return {"trainable": False}  # all that is inside of it too
    frozen: list[str] = []
    for place in _frozen_places(layer):
        inside = any(place.startswith(f"{outer}/") for outer in frozen)
        if not inside and place and place not in born:
            frozen.append(place)
    return {"frozen": frozen} if frozen else {}


def _frozen_places(layer: keras.layers.Layer) -> list[str]:
    """The places inside of a layer that do not train; `""` is the layer itself."""
    itself = [] if layer.trainable else [""]
    return itself + [place for place, part in _places(layer) if not part.trainable]


def _freeze(layer: keras.layers.Layer, trainable: bool, frozen: list[str]) -> None:
    if not trainable:
        _freeze_all(layer)
    parts = dict(_places(layer)) if frozen else {}
    for place in frozen:
        if place not in parts:
            raise ValueError(
                f"`frozen` needs places of layers inside of {type(layer).__name__}, of "
                f"{list(parts)}. Received: {place!r}"
            )
        _freeze_all(parts[place])


def _freeze_all(layer: keras.layers.Layer) -> None:
    # Each by itself: on TensorFlow nothing is set where the value is there already.
    for part in layer._flatten_layers():
        part.trainable = False


def _places(layer: keras.layers.Layer) -> Iterator[tuple[str, keras.layers.Layer]]:
    """All layers inside of one, each once, outer before inner, by place: `"encoder/2"`.

    A place is the name of an attribute, and numbers inside of it; names of layers count on from
    model to model. What has no weights has nothing to freeze.
    """
    seen = {id(layer)}
    waiting = list(_attributes(layer))
    while waiting:
        place, part = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        if part.weights:
            yield place, part
        inner = part._flatten_layers(include_self=False, recursive=False)
        waiting[:0] = [(f"{place}/{i}", item) for i, item in enumerate(inner)]


def _attributes(layer: keras.layers.Layer) -> Iterator[tuple[str, keras.layers.Layer]]:
    """The layers among a layer's public attributes, which `vars` does not have on torch."""
    for name in dir(layer):
        if not name.startswith("_") and not hasattr(type(layer), name):
            value = getattr(layer, name, None)
            if isinstance(value, keras.layers.Layer):
                yield name, value


def check_loadable(model: keras.layers.Layer) -> None:
    """Warn of classes by which a file of this model could be written, and not be read.

    The file is not refused: its weights can be read.

    Args:
        model: Keras layer or model.
    """
    named: set[type] = set()
    for part in [model, *model._flatten_layers(include_self=False)]:
        cls = type(part)
        if isinstance(part, Configurable) and cls not in named and not _is_registered(cls):
            named.add(cls)
            warnings.warn(
                f"{cls.__name__} needs the decorator @keras_vae.register, or Keras' own: without "
                f"it no file can be loaded as a {cls.__name__}. Received: {cls!r}",
                UserWarning,
                stacklevel=3,
            )


def _is_registered(cls: type) -> bool:
    return keras.saving.get_registered_object(keras.saving.get_registered_name(cls)) is cls


def deserialize_value(value: Any) -> Any:
    """A value of a config, with the objects in it brought back."""
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    if isinstance(value, dict):
        return {name: deserialize_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(deserialize_value(item) for item in value)
    return value


def without_backend(config: Any) -> Any:
    """A serialized object with Keras' public name for what is one backend's own class.

    On torch Keras writes its optimizers as `keras.src.backend.torch...Adam`, which other backends
    would load, and fail to train with.
    """
    if isinstance(config, dict):
        config = {name: without_backend(value) for name, value in config.items()}
        module = str(config.get("module"))
        if module.startswith("keras.src.backend.") and ".optimizers." in module:
            config |= {"module": "keras.optimizers", "registered_name": None}
    if isinstance(config, (list, tuple)):
        return type(config)(without_backend(item) for item in config)
    return config
