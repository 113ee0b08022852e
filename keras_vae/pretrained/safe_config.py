"""Which classes a config may name: this package's, and plain Keras layers from a list.

Keras imports whatever module a config names, and some of its own layers run code (`Lambda`) or
unpickle (`TorchModuleWrapper`). So a preset's config is read through before Keras sees it.
"""

import inspect

import keras

from keras_vae.serialization import PACKAGE

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
ALLOWED = {
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
#: functions beside them that are no activations
_NO_ACTIVATIONS = ("get", "serialize", "deserialize")
#: what Keras writes besides arguments, and would act on
_STATE = ("build_config", "compile_config")


def without_state(config):
    """A serialized object with its classes and arguments alone: not built, not compiled."""
    if isinstance(config, dict):
        kept = config.items() if "class_name" not in config else _without_state_keys(config)
        return {name: without_state(value) for name, value in kept}
    if isinstance(config, (list, tuple)):
        return [without_state(item) for item in config]
    return config


def _without_state_keys(config):
    return [(name, value) for name, value in config.items() if name not in _STATE]


def named_class(config):
    """The class of this package that a config names.

    Raises:
        ValueError: if it names none.
    """
    registered = config.get("registered_name") if isinstance(config, dict) else None
    if isinstance(registered, str) and registered.startswith(f"{PACKAGE}>"):
        cls = keras.saving.get_registered_object(registered)
        if inspect.isclass(cls):
            return cls
    raise ValueError(
        "A preset may name only classes that keras_vae registers, and plain Keras layers. "
        f"Received: {_description(config)}"
    )


def check_config(config):
    """Refuse a config that names a class, or a function, which a preset may not bring to life.

    Args:
        config: what `json` read.

    Raises:
        ValueError: for the first such name.
    """
    if isinstance(config, list):
        for item in config:
            check_config(item)
    if not isinstance(config, dict):
        return
    if "class_name" in config:
        _check_named(config)
    for value in config.values():
        check_config(value)


def _check_named(config):
    name, module = config["class_name"], config.get("module")
    if any(key in config for key in _STATE):
        raise ValueError(
            "A preset holds classes and arguments, and neither `build_config` nor "
            f"`compile_config`. Received: them in {_description(config)}"
        )
    if name == "__keras_tensor__" and module is None:
        return  # a place in a functional model's graph, which is data
    if name == "function" and module in _FUNCTION_MODULES and _is_activation(config):
        return
    # Keras looks for the registered name first: it must say no other class.
    plain = config.get("registered_name") in (None, name)
    if not (plain and isinstance(name, str) and name in ALLOWED.get(module, ())):
        named_class(config)


def _is_activation(config):
    name = str(config.get("config"))
    return name not in _NO_ACTIVATIONS and callable(getattr(keras.activations, name, None))


def _description(config):
    if not isinstance(config, dict):
        return repr(config)
    keys = ("module", "class_name", "registered_name")
    return ", ".join(f"{key}={config.get(key)!r}" for key in keys)
