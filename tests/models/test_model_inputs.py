"""Data of any shape, dtype and number, and latents of any size."""

import keras
import numpy as np
import pytest
from checks import assert_same_history, bits, levels, quick_compile, shared_out
from zoo import MODELS, VARIANTS

from keras_vae import likelihoods

IMAGE_SHAPES = [(28, 28), (28, 28, 1), (28, 20), (8, 8), (32, 32, 3), (27, 19, 1)]


def check_shapes(vae, x):
    """Evaluation and inference give finite numbers of the data's shape."""
    quick_compile(vae)
    assert np.isfinite(vae.evaluate(x, verbose=0)).all()
    assert vae.encode(x).shape == (len(x), *vae.latent_shape)
    for made in (vae.reconstruct(x), vae.generate(len(x))):
        assert made.shape == x.shape and np.isfinite(made).all()


@pytest.mark.parametrize("shape", shared_out([*IMAGE_SHAPES, (17,)]))
def test_fully_connected_model_takes_any_shape(shape):
    check_shapes(MODELS["GaussianVAE"](data_shape=shape), levels(3, shape))


@pytest.mark.parametrize("shape", shared_out(IMAGE_SHAPES))
def test_convolutional_model_takes_any_image(shape):
    likelihood = likelihoods.HeteroscedasticNormal()
    check_shapes(MODELS["ConvVAE"](data_shape=shape, likelihood=likelihood), levels(3, shape))


@pytest.mark.parametrize("latent_dim", shared_out([1, 2, 33]))
@pytest.mark.parametrize("name", ["BernoulliVAE", "ConvVAE"])
def test_any_number_of_latents(name, latent_dim):
    vae = MODELS[name](latent_dim=latent_dim)
    check_shapes(vae, bits(3))
    assert vae.latent_shape == (latent_dim,)


def trained(x):
    """A model fitted to data of any dtype, always from the same start, and its history."""
    keras.utils.set_random_seed(0)
    vae = quick_compile(MODELS["BernoulliVAE"](seed=0))
    return vae, vae.fit(x, batch_size=len(x), verbose=0).history


@pytest.fixture(scope="module")
def reference():
    return trained(bits(6))


@pytest.mark.parametrize("dtype", shared_out(["bool", "uint8", "int64", "float16", "float64"]))
def test_dtypes_give_what_float32_gives(reference, dtype):
    expected, expected_history = reference
    x = bits(6).astype(dtype)
    vae, history = trained(x)
    assert_same_history(expected_history, history)
    for method in ("encode", "reconstruct", "predict"):
        outputs = getattr(vae, method)(x, verbose=0)
        of_float32 = getattr(expected, method)(bits(6), verbose=0)
        assert outputs.dtype == "float32"
        np.testing.assert_allclose(outputs, of_float32, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "name, n, batch_size",
    [("BernoulliVAE", 3, 1), ("BernoulliVAE", 5, 4), ("BernoulliVAE", 1, 32), ("batch_norm", 5, 4)],
)
def test_batches_of_one_example(name, n, batch_size):
    vae = quick_compile(VARIANTS[name]())
    fit = {"validation_data": bits(n), "batch_size": batch_size, "epochs": 2, "verbose": 0}
    history = vae.fit(bits(n), **fit).history
    assert np.isfinite([*history.values()]).all()
    assert vae.encode(bits(n)).shape == (n, *vae.latent_shape)
