"""Encoder and decoder in other runtimes give what they give here, for batches of any size."""

import importlib.util

import keras
import numpy as np
import pytest
from checks import BACKEND, bits, perturb
from zoo import VARIANTS

X = bits(5)
WORKS = {
    "tensorflow": ["tf_saved_model", "onnx", "litert"],
    "jax": ["tf_saved_model"],
    "torch": ["onnx", "torch"],
}


def saved_model(path):
    tf = pytest.importorskip("tensorflow")
    loaded = tf.saved_model.load(path)
    return lambda inputs: loaded.serve(tf.convert_to_tensor(inputs))


def onnx(path):
    session = pytest.importorskip("onnxruntime").InferenceSession(path)
    name = session.get_inputs()[0].name
    assert name in "xz"
    names = [output.name for output in session.get_outputs()]
    assert names in (["mean", "log_var"], ["x"])
    return lambda inputs: dict(zip(names, session.run(None, {name: inputs}), strict=True))


def litert(path):
    interpreter = pytest.importorskip("tensorflow").lite.Interpreter(path)
    (name,) = interpreter.get_signature_list()["serving_default"]["inputs"]
    runner = interpreter.get_signature_runner()
    return lambda inputs: runner(**{name: inputs})


def pt2(path):
    torch = pytest.importorskip("torch")
    module = torch.export.load(path).module()
    return lambda inputs: module(torch.from_numpy(inputs))


RUNTIMES = {"tf_saved_model": saved_model, "onnx": onnx, "litert": litert, "torch": pt2}


def arrays(outputs, *names):
    """The outputs of these names, and there must be no others."""
    assert set(outputs) == set(names)
    return [to_array(outputs[name]) for name in names]


def to_array(output):
    if isinstance(output, np.ndarray):
        return output
    return output.detach().numpy() if hasattr(output, "detach") else output.numpy()


@pytest.fixture(scope="module", params=["ConvVAE", "likelihood=continuous_bernoulli"])
def vae(request):
    return perturb(VARIANTS[request.param](seed=0))


@pytest.mark.parametrize("format", WORKS[BACKEND])
@pytest.mark.filterwarnings("ignore")
def test_exported_parts_give_the_models_outputs(vae, tmp_path, format):
    if format == "onnx":
        pytest.importorskip("tf2onnx" if BACKEND == "tensorflow" else "onnx")
    # Keras exports a fixed batch to torch's own format unless it is told otherwise.
    sizes = (1,) if format == "torch" else (1, 5)
    paths = vae.export(tmp_path / "exported", format=format)
    assert set(paths) == {"encoder", "decoder"}
    encoder, decoder = RUNTIMES[format](paths["encoder"]), RUNTIMES[format](paths["decoder"])
    for n in sizes:
        q = vae.posterior(X[:n])
        mean, log_var = arrays(encoder(X[:n]), "mean", "log_var")
        expected = keras.ops.convert_to_numpy(q.mean), keras.ops.convert_to_numpy(q.log_var)
        np.testing.assert_allclose(mean, expected[0], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(log_var, expected[1], rtol=1e-4, atol=1e-5)
        (images,) = arrays(decoder(mean), "x")
        np.testing.assert_allclose(images, vae.decode(mean), rtol=1e-4, atol=1e-5)


MISSING = {
    "tensorflow": [],
    "jax": [("onnx", "jax2onnx", ImportError), ("litert", None, ValueError)],
    "torch": [
        ("litert", "litert_torch", ImportError),
        ("tf_saved_model", "torch_xla", ImportError),
    ],
}


@pytest.mark.parametrize("format, package, error", MISSING[BACKEND])
def test_a_format_that_cannot_be_written_here_says_what_to_do(tmp_path, format, package, error):
    if package and importlib.util.find_spec(package):
        pytest.skip("can be written here")
    with pytest.raises(error) as caught:
        VARIANTS["BernoulliVAE"]().export(tmp_path, format=format)
    if package:
        assert "install" in str(caught.value)
    assert "KERAS_BACKEND=tensorflow" in caught.value.__notes__[0]


def test_unknown_format_is_refused_with_those_that_are_known(tmp_path):
    with pytest.raises(ValueError, match="format=onxx.*onnx"):
        VARIANTS["BernoulliVAE"]().export(tmp_path, format="onxx")


def test_a_model_exports_after_training_in_mixed_precision(tmp_path):
    if BACKEND != "tensorflow":
        pytest.skip("one backend will do")
    vae = VARIANTS["BernoulliVAE"](seed=0, dtype="mixed_bfloat16")
    paths = vae.export(tmp_path)
    mean, _ = arrays(saved_model(paths["encoder"])(X), "mean", "log_var")
    assert mean.dtype == "float32"
    np.testing.assert_allclose(mean, vae.encode(X), rtol=1e-2, atol=1e-2)
