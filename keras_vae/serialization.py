"""Registration with Keras, and a config that writes itself from the constructor's arguments."""

import functools
import inspect

import keras

PACKAGE = "keras_vae"


def register(cls):
    """Register a layer or model with Keras, and write its config from its constructor's arguments.

    The arguments that the outermost constructor received are kept unchanged, and `get_config`
    serializes them; so a config cannot drift from its constructor, and `.keras` files load with
    no `custom_objects`.

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
    cls.__init__ = _keep_arguments(cls.__init__)
    return keras.saving.register_keras_serializable(PACKAGE, name)(cls)


def _registered_name(cls):
    """`likelihoods.Normal` for a class of this package, whose families share names."""
    package, *rest = cls.__module__.split(".")
    return f"{rest[0]}.{cls.__name__}" if package == PACKAGE and rest else cls.__name__


def _keep_arguments(init):
    @functools.wraps(init)
    def keep(self, *args, **kwargs):
        if "_arguments" not in self.__dict__:
            bound = inspect.signature(init).bind(self, *args, **kwargs)
            bound.apply_defaults()
            # Past Keras' attribute tracking, which would count layers among the arguments twice.
            object.__setattr__(self, "_arguments", _named(bound))
        init(self, *args, **kwargs)

    # Keras reads constructors with `inspect.getfullargspec`, which does not look through `wraps`.
    keep.__signature__ = inspect.signature(init)
    return keep


def _named(bound):
    """The bound arguments by name, without `self` and with `**kwargs` merged in."""
    named = dict(bound.arguments)
    named.pop("self")
    others = named.pop("kwargs", {})
    return {**named, **others}


class Configurable:
    """Mixin before a Keras layer or model: the config is its constructor's arguments."""

    def get_config(self):
        """The constructor's arguments, serialized, with Keras' own `name` and `dtype`."""
        arguments = {
            name: keras.saving.serialize_keras_object(value)
            for name, value in self._arguments.items()
        }
        return {**arguments, "name": self.name, "dtype": self._dtype_config()}

    def _dtype_config(self):
        return keras.dtype_policies.serialize(self.dtype_policy)

    @classmethod
    def from_config(cls, config):
        """Rebuild from `get_config`'s dictionary, without running its weights."""
        return cls(**{name: deserialize_value(value) for name, value in config.items()})


def deserialize_value(value):
    """A value of a config, with the objects in it brought back."""
    if isinstance(value, dict) and "class_name" in value:
        return keras.saving.deserialize_keras_object(value)
    if isinstance(value, dict):
        return {name: deserialize_value(item) for name, item in value.items()}
    if isinstance(value, list):
        return [deserialize_value(item) for item in value]
    return value


def without_backend(config):
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
