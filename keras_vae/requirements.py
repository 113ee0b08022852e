"""Keras with a backend: the one thing this package cannot do without, checked on import."""

import importlib.util
import os

MINIMUM_KERAS = (3, 12)
BACKENDS = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def _missing_backend_message(missing):
    # Keras takes the variable, else its file, else its default; it names what it could not import.
    chosen = os.environ.get("KERAS_BACKEND")
    by = f"KERAS_BACKEND={chosen}" if chosen else "Keras' default or its file keras.json"
    installed = [name for name in BACKENDS if importlib.util.find_spec(name)]
    if installed:
        fix = f"Set the environment variable KERAS_BACKEND={installed[0]} before Python starts"
    else:
        fix = "Install one with `pip install keras_vae[tensorflow]`, `[jax]` or `[torch]`"
    return (
        "keras_vae needs Keras with a backend. "
        f"Expected {missing} to be installed, chosen by {by}; "
        f"found of the backends: {installed or 'none'}. {fix}."
    )


def _check_version(version):
    if tuple(int(part) for part in version.split(".")[:2]) < MINIMUM_KERAS:
        needed = ".".join(str(part) for part in MINIMUM_KERAS)
        raise ImportError(
            f"keras_vae needs keras >= {needed}. Received: keras {version}. "
            "Run `pip install --upgrade keras`."
        )


try:
    import keras
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(_missing_backend_message(error.name), name=error.name) from error

_check_version(keras.__version__)
