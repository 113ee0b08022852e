"""The compiled loop, one file a backend, the same names in each."""

import importlib

import keras

_backend = importlib.import_module(f"keras_vae.engine.loops.{keras.backend.backend()}")

#: the class of the compiled steps; `(model, data)` -> logs or (logs, state)
CompiledSteps = _backend.CompiledSteps
compiled_forward = _backend.compiled_forward
device_bytes = _backend.device_bytes
keras_function = _backend.keras_function
placeholder_dataset = _backend.placeholder_dataset
to_device = _backend.to_device

__all__ = [
    "CompiledSteps",
    "compiled_forward",
    "device_bytes",
    "keras_function",
    "placeholder_dataset",
    "to_device",
]
