"""Which classes a config may name: those of `register`, and plain Keras layers from a list.

Keras imports whatever module a config names, and some of its own layers run code (`Lambda`) or
unpickle (`TorchModuleWrapper`). So a preset's config is read through before Keras sees it. Keras
looks now at one key of an entry, now at another, and looks up plain strings too: so all keys of an
entry must name one and the same class, and no string may name what is registered.
"""

from typing import Any

import keras

from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.limits import MAX_DEPTH
from keras_vae.serialization import PACKAGE, registered_class

_LAYERS = """
InputLayer Identity Dense EinsumDense Embedding Masking Rescaling Activation ReLU LeakyReLU PReLU
ELU Softmax Reshape Flatten Permute RepeatVector Cropping1D Cropping2D Cropping3D ZeroPadding1D
ZeroPadding2D ZeroPadding3D UpSampling1D UpSampling2D UpSampling3D Conv1D Conv2D Conv3D
Conv1DTranspose Conv2DTranspose Conv3DTranspose DepthwiseConv1D DepthwiseConv2D SeparableConv1D
SeparableConv2D MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D
AveragePooling3D GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D BatchNormalization LayerNormalization
GroupNormalization UnitNormalization RMSNormalization SpectralNormalization Dropout
SpatialDropout1D SpatialDropout2D SpatialDropout3D GaussianDropout GaussianNoise AlphaDropout Add
Subtract Multiply Average Maximum Minimum Concatenate Dot RNN SimpleRNN SimpleRNNCell LSTM LSTMCell
GRU GRUCell StackedRNNCells Bidirectional TimeDistributed Attention AdditiveAttention
MultiHeadAttention GroupQueryAttention
"""
_INITIALIZERS = """
Zeros Ones Constant Identity Orthogonal RandomNormal RandomUniform TruncatedNormal GlorotNormal
GlorotUniform HeNormal HeUniform LecunNormal LecunUniform VarianceScaling
"""

#: the classes of Keras that a config may name, by the module that Keras writes
ALLOWED: dict[str, set[str]] = {
    "keras": {"DTypePolicy", "Sequential", "Functional"},
    "keras.layers": set(_LAYERS.split()),
    "keras.initializers": set(_INITIALIZERS.split()),
    "keras.regularizers": {"L1", "L2", "L1L2"},
    "keras.constraints": {"MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"},
    "keras.dtype_policies": {"DTypePolicy"},
    "keras.models": {"Sequential", "Functional"},
    "keras.src.models.functional": {"Functional"},
    "keras.src.models.sequential": {"Sequential"},
}
#: activations are functions of these modules, as Keras writes them
_FUNCTION_MODULES = ("builtins", "keras.activations")
#: functions beside them that are not activations
_NO_ACTIVATIONS = ("get", "serialize", "deserialize")
#: what Keras writes besides arguments, and would act on
_STATE = ("build_config", "compile_config")
#: the keys of an entry that names a class or a function, and those that its place in a graph adds
_ENTRY = {"module", "class_name", "config", "registered_name"}
_IN_GRAPH = {"name", "inbound_nodes"}


def without_state(config: Any) -> Any:
    """A serialized object with its classes and arguments alone: not built, not compiled."""
    if isinstance(config, dict):
        kept = config.items() if "class_name" not in config else _without_state_keys(config)
        return {name: without_state(value) for name, value in kept}
    if isinstance(config, (list, tuple)):
        return [without_state(item) for item in config]
    return config


def _without_state_keys(config: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in config.items() if name not in _STATE]


def named_class(config: Any) -> type:
    """The class, of those that `register` knows, that all keys of an entry name.

    Args:
        config: what `json` read.

    Returns:
        The class.

    Raises:
        PresetError: if the keys name none, or not the same one.
    """
    registered = config.get("registered_name") if isinstance(config, dict) else None
    cls = registered_class(registered) if isinstance(registered, str) else None
    if (
        cls is None
        or keras.saving.get_registered_object(registered) is not cls
        or config.get("class_name") != cls.__name__
        or not _is_home(config.get("module"), cls)
    ):
        raise PresetError(
            "A preset may name only classes that keras_vae registers, and plain Keras layers, each "
            "by a class_name, module and registered_name that belong together. "
            f"Received: {_description(config)}"
        )
    return cls


def _is_home(module: Any, cls: type) -> bool:
    """Whether a class may have been saved as one of this module.

    Classes of this package move between its modules, and users' own between a notebook and a file;
    the registered name says which class it is.
    """
    if not isinstance(module, str):
        return False
    package = module.split(".")[0]
    if cls.__module__.split(".")[0] == PACKAGE:
        return package == PACKAGE
    return package not in (PACKAGE, "keras", "builtins")


def check_config(config: Any) -> None:
    """Refuse a config that names a class, or a function, which a preset may not bring to life.

    Args:
        config: what `json` read.

    Raises:
        PresetError: for the first such name, or if objects lie too deep in each other.
    """
    _check(config, 0)


def _check(config: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise PresetError(
            f"A preset's config may hold objects at most {MAX_DEPTH} deep in each other. "
            "Received: deeper ones"
        )
    if isinstance(config, list):
        for item in config:
            _check(item, depth + 1)
    elif isinstance(config, dict):
        values = _checked_entry(config) if "class_name" in config else config
        for value in values.values():
            _check(value, depth + 1)
    elif isinstance(config, str):
        _check_text(config)


def _check_text(text: str) -> None:
    """Keras takes a string for the name of an initializer, say, and looks among all registered."""
    if keras.saving.get_registered_object(text) is not None:
        raise PresetError(
            f"A preset may hold no text that is the name of a registered object. Received: {text!r}"
        )


def _checked_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Check who an entry says it is; what is left of it to check."""
    _check_keys(entry)
    name, module = entry["class_name"], entry.get("module")
    if name == "__keras_tensor__" and set(entry) == {"class_name", "config"}:
        return {"config": entry["config"]}  # a place in a functional model's graph, which is data
    if name == "function" and module in _FUNCTION_MODULES and _is_activation(entry):
        return {}
    if not _is_plain(entry):
        named_class(entry)
    if not isinstance(entry["config"], dict):
        raise PresetError(
            "A preset's entry needs its config as an object. "
            f"Received: {type(entry['config']).__name__} in {_description(entry)}"
        )
    return {key: value for key, value in entry.items() if key in _IN_GRAPH | {"config"}}


def _check_keys(entry: dict[str, Any]) -> None:
    if any(key in entry for key in _STATE):
        raise PresetError(
            "A preset holds classes and arguments, and neither `build_config` nor "
            f"`compile_config`. Received: them in {_description(entry)}"
        )
    if not isinstance(entry["class_name"], str) or set(entry) - _ENTRY - _IN_GRAPH:
        raise PresetError(
            f"A preset's entry has a class_name and the keys {sorted(_ENTRY | _IN_GRAPH)}. "
            f"Received: the keys {sorted(map(str, entry))} in {_description(entry)}"
        )
    if "config" not in entry:
        raise PresetError(f"A preset's entry needs a config. Received: {_description(entry)}")


def _is_plain(entry: dict[str, Any]) -> bool:
    """Whether an entry is a class of Keras from the list, by all its keys."""
    name, module = entry["class_name"], entry.get("module")
    if not isinstance(module, str) or name not in ALLOWED.get(module, ()):
        return False
    # Keras looks for the registered name first, and for the class's name in some places.
    return entry.get("registered_name") in (None, name) and not _is_registered(name)


def _is_activation(entry: dict[str, Any]) -> bool:
    name = entry["config"] if "config" in entry else None
    if not isinstance(name, str) or set(entry) - _ENTRY:
        return False
    # Keras writes "function" for the registered name of its own functions.
    plain = entry.get("registered_name") in (None, name, "function") and not _is_registered(name)
    known = name not in _NO_ACTIVATIONS and callable(getattr(keras.activations, name, None))
    return plain and known and not _is_registered("function")


def _is_registered(name: str) -> bool:
    return keras.saving.get_registered_object(name) is not None


def _description(entry: Any) -> str:
    if not isinstance(entry, dict):
        return repr(entry)[:200]
    keys = ("module", "class_name", "registered_name")
    return ", ".join(f"{key}={repr(entry.get(key))[:200]}" for key in keys)
