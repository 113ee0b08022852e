"""Export of encoder and decoder for serving."""

import pathlib
from typing import Any

import keras

from keras_vae.inputs import MASK

_SUFFIX = {"onnx": ".onnx", "litert": ".tflite", "torch": ".pt2", "openvino": ".xml"}


def export(vae: Any, filepath: Any, format: Any, **kwargs: Any) -> Any:
    """Write `<filepath>/encoder` and `<filepath>/decoder`; see `VAE.export`."""
    folder = pathlib.Path(filepath)
    folder.mkdir(parents=True, exist_ok=True)
    paths = {}
    for part, program, name, shape in (
        ("encoder", vae.program("encoder"), "x", vae.data_shape),
        ("decoder", vae.program("decode_mean"), "z", vae.latent_shape),
    ):
        path = folder / f"{part}{_SUFFIX.get(format, '')}"
        signature = [_signature(name, shape, vae)]
        try:
            program.export(str(path), format=format, input_signature=signature, **kwargs)
        except (ImportError, ValueError) as error:
            if keras.backend.backend() != "tensorflow":
                error.add_note(_ELSEWHERE)
            raise
        paths[part] = str(path)
    return paths


def _signature(name, shape, vae):
    spec = _spec(name, shape)
    shapes = {} if vae.condition_shape is None else {"condition": vae.condition_shape}
    if vae.missing and name == "x":
        shapes[MASK] = shape
    others = {field: _spec(field, shape) for field, shape in shapes.items()}
    return {"x": spec, **others} if others else spec


def _spec(name, shape):
    return keras.InputSpec(shape=(None, *shape), dtype="float32", name=name)


_ELSEWHERE = (
    "From the TensorFlow backend the formats tf_saved_model, onnx and litert all work: save the "
    "model as a `.keras` file, set KERAS_BACKEND=tensorflow, load it there and export it."
)
