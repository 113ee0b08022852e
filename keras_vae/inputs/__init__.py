"""The door: what users give a model becomes checked arrays, or checked batches."""

from keras_vae.inputs.adapters import ADAPTERS, Adapter, find_adapter, read_array, register_adapter
from keras_vae.inputs.door import prepare
from keras_vae.inputs.fields import TARGET, Field, Fields
from keras_vae.inputs.holes import MASK
from keras_vae.inputs.limits import Limits
from keras_vae.inputs.prepared import Arrays, Prepared, StreamedBatches

__all__ = [
    "ADAPTERS",
    "MASK",
    "TARGET",
    "Adapter",
    "Arrays",
    "Field",
    "Fields",
    "Limits",
    "Prepared",
    "StreamedBatches",
    "find_adapter",
    "prepare",
    "read_array",
    "register_adapter",
]
