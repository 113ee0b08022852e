"""Small estimators, and functions that make models for them."""

import functools

import keras
import numpy as np

from keras_vae import likelihoods, models

SMALL = {"latent_dim": 2, "hidden": (4,), "epochs": 1, "num_samples": 2, "random_state": 0}


def small_vae(data_shape):
    """A model that takes Keras' own loop, which costs no tracing, with rows as they stand."""
    vae = models.GaussianVAE(data_shape, 2, hidden=(4,), likelihood="shared_normal")
    vae.use_compiled_loop = False
    vae.fit = functools.partial(vae.fit, shuffle=False)
    return vae


def mixed_vae(data_shape):
    """A count, then a number, then levels, with columns out of order."""
    likelihood = likelihoods.Mixed(
        {
            "size": ("shared_normal", [1]),
            "grade": (likelihoods.Ordinal(num_levels=3), [2]),
            "visits": ("poisson", [0]),
        }
    )
    return models.GaussianVAE(data_shape, 2, hidden=(4,), likelihood=likelihood)


def mixed_rows(n, seed=0):
    rng = np.random.default_rng(seed)
    return np.stack(
        [rng.poisson(3.0, n), rng.normal(100.0, 20.0, n), rng.integers(3, size=n)], axis=1
    )


def line(n, seed=0):
    """Rows (n, 4) near a line."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) + 0.1 * rng.normal(size=(n, 4))


def config():
    keras.utils.set_random_seed(0)
    return keras.saving.serialize_keras_object(small_vae((4,)))
