"""Autoencoders of the diffusers library compute here what they compute there."""

import functools

import diffusers_golden as golden
import keras
import numpy as np
import pytest
from checks import shared_out

from keras_vae.pretrained.diffusers import CONVERTERS, build, load_tensors

#: largest difference of an output of size one
TOLERANCE = 1e-5
#: one case of each class; gradients of other cases are compared on some of the backends
PLAIN = ("kl", "vq", "dc", "tiny")
#: of a gradient's norm, where sums over all pixels round differently
OF_NORM = 1e-4


def converted(config, tensors, **options):
    """Our model of a config and tensors of the library."""
    converter = CONVERTERS[config["_class_name"]]
    vae = build(converter, {**converter.read(config), **options}, tensors)
    load_tensors(vae, converter, converter.renamed(tensors))
    return vae


def assert_close(ours, theirs):
    assert ours.shape == theirs.shape
    assert np.max(np.abs(ours - theirs)) <= TOLERANCE * max(1.0, np.max(np.abs(theirs)))


@functools.lru_cache(maxsize=1)
def case(name):
    recorded = golden.recorded(name)
    return recorded, golden.weights(recorded["shapes"]), golden.images(golden.CASES[name][1])


@pytest.mark.parametrize("name", golden.CASES)
def test_outputs_are_those_of_the_library(name):
    recorded, tensors, x = case(name)
    vae = converted(recorded["config"], tensors)
    q = vae.posterior(x)
    for name in {"mean", "log_var"} & set(recorded):
        assert_close(keras.ops.convert_to_numpy(getattr(q, name)), recorded[name])
    assert_close(vae.decode(recorded["mean"]), recorded["decoded"])
    scaled = (recorded["mean"] - vae.shift_factor) * vae.scaling_factor
    assert_close(vae.encode(x, scaled=True), scaled)
    assert_close(vae.decode(scaled, scaled=True), recorded["decoded"])


@pytest.mark.parametrize(
    "name", [*PLAIN, *shared_out(name for name in golden.CASES if name not in PLAIN)]
)
def test_a_training_step_has_the_librarys_gradients(name):
    recorded, tensors, x = case(name)
    tensors = golden.without_noise(tensors, recorded["config"])
    options = {"likelihood": "normal", "data_shape": x.shape[1:]}
    if "log_var" in recorded:
        options["beta"] = golden.BETA
    vae = converted(recorded["config"], tensors, **options)
    # The step is then the gradient.
    vae.compile(keras.optimizers.SGD(1.0))
    loss = vae.fit(x, batch_size=len(x), verbose=0).history["loss"][0]
    np.testing.assert_allclose(loss, recorded["loss"], rtol=1e-5)
    places = CONVERTERS[recorded["config"]["_class_name"]].places(vae)
    ours = golden.probes({key: tensors[key] - places[key].get() for key in recorded["shapes"]})
    theirs = recorded["gradients"]
    # A key's bias has no gradient, for attention does not change with it.
    norms = np.maximum(theirs[:, :1], 1e-3 * np.max(theirs[:, 0]))
    assert np.max(np.abs(ours - theirs) / norms / [1.0, 3.0]) <= OF_NORM


@pytest.mark.parametrize("name", golden.CASES)
def test_the_library_itself_computes_the_same(name):
    pytest.importorskip("diffusers")
    config, shape = golden.CASES[name]
    x, model = golden.images(shape), golden.upstream(config)
    tensors = {key: value.numpy() for key, value in model.state_dict().items()}
    vae = converted(config, tensors)
    theirs = golden.outputs(model, x)
    assert_close(vae.encode(x), theirs["mean"])
    assert_close(vae.decode(theirs["mean"]), theirs["decoded"])
