"""Whether this package works with the installed Keras at all: `python tests/smoke/smoke.py`.

It needs Keras, a backend and nothing else, and takes less than a minute.
"""

import tempfile
import time
from pathlib import Path

import keras
import numpy as np

import keras_vae

X = (np.random.default_rng(0).random((64, 8, 8)) > 0.5).astype("float32")


def assert_same_model(one, other):
    """Raise an AssertionError unless two models encode alike."""
    np.testing.assert_allclose(one.encode(X), other.encode(X), rtol=1e-4, atol=1e-5)


def fit_and_save(folder):
    """Fit in both loops, save, load, and train on."""
    vae = keras_vae.models.BernoulliVAE((8, 8), 2, hidden=(16,), seed=0)
    vae.compile("adam")
    warmup = keras_vae.callbacks.LinearKLWarmup(2)
    history = vae.fit(X, epochs=2, validation_data=X, callbacks=[warmup], verbose=0).history
    assert np.isfinite(history["loss"]).all() and np.isfinite(history["val_loss"]).all()
    vae.save(folder / "vae.keras")
    loaded = keras.saving.load_model(folder / "vae.keras")
    assert_same_model(vae, loaded)
    loaded.use_compiled_loop = False
    loaded.fit(X, verbose=0)
    assert vae.generate(3, seed=0).shape == (3, 8, 8)


def presets(folder):
    """Write a preset and read it, and read one that comes with the package."""
    vae = keras_vae.models.BernoulliVAE((8, 8), 2, hidden=(16,), seed=0)
    vae.save_to_preset(folder / "preset")
    assert_same_model(vae, keras_vae.VAE.from_preset(folder / "preset"))
    assert keras_vae.VAE.from_preset("vae_digits_2d").generate(2, seed=0).shape == (2, 8, 8)


def codes_with_a_prior(folder):
    """A quantized model and its prior over codes."""
    vae = keras_vae.models.VQVAE((8, 8), 4, num_codes=8, filters=(8, 8), seed=0)
    vae.compile("adam")
    vae.fit(X, verbose=0)
    vae.fit_prior(X, epochs=1, verbose=0)
    assert vae.generate(2, seed=0).shape == (2, 8, 8)


def two_players(folder):
    """A discriminator with an optimizer of its own, saved and loaded."""
    vae = keras_vae.models.FactorVAE((8, 8), 2, hidden=(16,), discriminator_hidden=(16,), seed=0)
    vae.compile("adam", discriminator_optimizer=keras.optimizers.Adam(1e-3))
    vae.fit(X, verbose=0)
    vae.save(folder / "two.keras")
    assert_same_model(vae, keras.saving.load_model(folder / "two.keras"))


def main():
    """Run all of it, and say how long each took."""
    print(f"keras {keras.__version__} on {keras.backend.backend()}", flush=True)
    for check in (fit_and_save, presets, codes_with_a_prior, two_players):
        start = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            check(Path(folder))
        print(f"{check.__name__}: {time.perf_counter() - start:.1f} s", flush=True)


if __name__ == "__main__":
    main()
