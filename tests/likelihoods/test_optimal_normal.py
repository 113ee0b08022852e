"""The normal likelihood of optimal variance: its gradient, and its running average."""

import math

import keras
import numpy as np
import pytest
from checks import to_numpy
from toys import small_vae

from keras_vae import likelihoods, models

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
BIAS = np.array([0.5, -1.0, 0.0, 2.0])


def constant_vae(learning_rate=0.0, **kwargs):
    """A model that decodes every latent to BIAS, and encodes everything to the prior."""
    vae = small_vae(
        models.GaussianVAE,
        keras.optimizers.SGD(learning_rate),
        data_shape=(4,),
        hidden=(),
        likelihood=likelihoods.OptimalNormal(**kwargs),
    )
    kernel, _ = vae.decoder.get_weights()
    vae.decoder.set_weights([0 * kernel, BIAS])
    vae.encoder.set_weights([0 * weight for weight in vae.encoder.get_weights()])
    return vae


def fit(vae, x, batch_size=None, epochs=1):
    batch_size = batch_size or len(x)
    kwargs = {"epochs": epochs, "shuffle": False, "verbose": 0}
    return vae.fit(x, batch_size=batch_size, **kwargs).history


def variance_of(vae):
    """The variance that everything but training uses."""
    (variance,) = set(np.ravel(to_numpy(vae.likelihood(np.zeros((2, 2))).variance)))
    return variance


def negative_log_density(error, variance):
    """-log p(x|z) summed over four elements, from the mean squared error."""
    return 4 / 2 * (math.log(2 * math.pi * variance) + error / variance)


def test_training_uses_the_batchs_mean_squared_error():
    history = fit(constant_vae(), X)
    error = np.mean((X - BIAS) ** 2)
    expected = negative_log_density(error, variance=error)
    np.testing.assert_allclose(history["reconstruction"][0], expected, rtol=1e-6)


def test_gradient_is_that_of_the_log_mean_squared_error():
    vae = constant_vae(learning_rate=1.0)
    fit(vae, X)
    # D/2 log(mean squared error), whose derivative in an element of the mean is by hand:
    gradient = np.mean(BIAS - X, axis=0) / np.mean((X - BIAS) ** 2)
    np.testing.assert_allclose(vae.decoder.get_weights()[1], BIAS - gradient, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
def test_running_average(momentum):
    vae = constant_vae(momentum=momentum)
    assert variance_of(vae) == 1.0  # before any training
    fit(vae, X, batch_size=4, epochs=2)
    errors = [np.mean((batch - BIAS) ** 2) for batch in (X[:4], X[4:8], X[8:])] * 2
    weights = momentum ** np.arange(6)[::-1]
    np.testing.assert_allclose(variance_of(vae), np.average(errors, weights=weights), rtol=1e-5)


def test_evaluation_uses_the_running_average_and_leaves_it():
    vae = constant_vae(momentum=0.5)
    fit(vae, X[:8])
    running = np.mean((X[:8] - BIAS) ** 2)
    for _ in range(2):
        result = vae.evaluate(X[8:], verbose=0, return_dict=True)
        error = np.mean((X[8:] - BIAS) ** 2)
        expected = negative_log_density(error, running)
        np.testing.assert_allclose(result["reconstruction"], expected, rtol=1e-5)
    np.testing.assert_allclose(variance_of(vae), running, rtol=1e-6)


def test_log_likelihood_does_not_fit_the_variance_to_its_data():
    vae = constant_vae()
    fit(vae, X)
    running = np.mean((X - BIAS) ** 2)
    far = X[:3] + 100
    errors = np.mean((far - BIAS) ** 2, axis=1)
    expected = [-negative_log_density(error, running) for error in errors]
    # Every weight is p(x|z) = p(x).
    np.testing.assert_allclose(vae.log_likelihood(far, num_samples=5), expected, rtol=1e-5)


def test_least_scale():
    vae = constant_vae(min_scale=0.1)
    constant = np.tile(BIAS, (8, 1)).astype("float32")
    history = fit(vae, constant, epochs=2)
    expected = negative_log_density(0.0, variance=0.01)
    np.testing.assert_allclose(history["reconstruction"], expected, rtol=1e-5)
    np.testing.assert_allclose(variance_of(vae), 0.01, rtol=1e-5)


def test_running_average_is_saved(tmp_path):
    vae = constant_vae(momentum=0.5)
    fit(vae, X, batch_size=4)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert variance_of(loaded) == variance_of(vae)
    # And goes on as if it had never stopped.
    fit(vae, X[:4]), fit(loaded, X[:4])
    assert variance_of(loaded) == variance_of(vae)
