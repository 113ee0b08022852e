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
        ("encoder", _encoder(vae), "x", vae.data_shape),
        ("decoder", _decoder(vae), "z", vae.latent_shape),
    ):
        path = folder / f"{part}{_SUFFIX.get(format, '')}"
        signature = [_signature(name, shape, vae)]
        kwargs = {"verbose": False, **kwargs}
        try:
            program.export(str(path), format=format, input_signature=signature, **kwargs)
        except (ImportError, ValueError) as error:
            if keras.backend.backend() != "tensorflow":
                error.add_note(_ELSEWHERE)
            raise
        if format == "onnx":
            names = ("x",) if part == "decoder" else vae.posterior_layer.parameter_names
            _name_outputs(path, names)
        paths[part] = str(path)
    return paths


def _encoder(vae: Any) -> Any:
    """The posterior's parameters by their names, such as `mean` and `log_var`."""
    names = vae.posterior_layer.parameter_names

    def parameters(inputs: Any) -> Any:
        outputs = keras.tree.flatten(vae._run_encoder(inputs))
        if len(names) != len(outputs):
            return vae._run_encoder(inputs)
        return dict(zip(names, vae.posterior_layer.unpack(vae._run_encoder(inputs)), strict=True))

    return vae.compiled_function("export_encoder", parameters)


def _decoder(vae: Any) -> Any:
    """The mean of p(x|z), under the name `x`."""
    return vae.compiled_function("export_decoder", lambda z: {"x": vae._run_decode_mean(z)})


def _name_outputs(path: pathlib.Path, names: tuple[str, ...]) -> None:
    """Give the outputs of an ONNX file their names, in this order: torch loses the former.

    TensorFlow loses the latter.
    """
    import onnx  # no file of ONNX is written without it

    model = onnx.load(path, load_external_data=False)
    graph = model.graph
    outputs = [onnx.ValueInfoProto.FromString(each.SerializeToString()) for each in graph.output]
    if len(outputs) != len(names):
        return
    if {each.name for each in outputs} != set(names):
        new = dict(zip([each.name for each in outputs], names, strict=True))
        for node in graph.node:
            for places in (node.input, node.output):
                for i, name in enumerate(places):
                    places[i] = new.get(name, name)
        for each in outputs:
            each.name = new[each.name]
    del graph.output[:]
    graph.output.extend(sorted(outputs, key=lambda each: names.index(each.name)))
    onnx.save(model, path)


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
