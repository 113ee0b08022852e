"""From a checked config to a model: nothing of it runs that could not be in any preset."""

import copy
import os
from typing import Any

import keras

# Keras has no public name for it. Its public switch would win over `safe_mode=True`.
from keras.src.saving.serialization_lib import SafeModeScope

from keras_vae import backend
from keras_vae.pretrained.errors import PresetError
from keras_vae.pretrained.limits import check_num_parameters
from keras_vae.pretrained.safe_config import check_config, named_class
from keras_vae.pretrained.weights_file import count_weights
from keras_vae.serialization import PACKAGE, registered_class


def build_model(config: dict[str, Any], weights: str | os.PathLike[str]) -> keras.Model:
    """The model that a preset's config describes, untrained.

    Keras' safe mode is on, whatever `keras.config.enable_unsafe_deserialization` has said.

    Args:
        config: dict, as `open_preset` gives it.
        weights: path of the preset's weights; the model must not be larger than them.

    Returns:
        The model.

    Raises:
        PresetError: if the config names what it may not, is of a model larger than its weights, or
            of none at all.
    """
    named_class(config)
    check_config(config)
    num_weights = count_weights(weights)

    def build() -> keras.Model:
        with SafeModeScope(True):
            # Keras takes configs apart while it reads them.
            return keras.saving.deserialize_keras_object(copy.deepcopy(config), safe_mode=True)

    try:
        try:
            check_num_parameters(build, num_weights)
        except PresetError:
            raise
        except Exception:
            # Not every constructor of a user's class can do without values.
            if not _names_users_classes(config):
                raise
        with backend.low_optimization_compile():  # of the initial weights' draws
            return build()
    except PresetError:
        raise
    except Exception as error:  # Keras, its backends and constructors raise all kinds
        raise PresetError(
            f"A preset's config must describe a {config['class_name']}. Received: one that cannot "
            f"be built: {_short(error)}"
        ) from error


def _names_users_classes(config: Any) -> bool:
    """Whether classes beside those of this package and of Keras are among a config's."""
    if isinstance(config, list):
        return any(_names_users_classes(item) for item in config)
    if not isinstance(config, dict):
        return False
    cls = registered_class(str(config.get("registered_name")))
    if cls is not None and cls.__module__.split(".")[0] != PACKAGE:
        return True
    return any(_names_users_classes(value) for value in config.values())


def _short(error: Exception) -> str:
    """The first cause: Keras repeats the whole config in what it wraps around it."""
    while error.__context__ is not None and isinstance(error.__context__, Exception):
        error = error.__context__
    return f"{type(error).__name__}: {str(error)[:500]}"
