"""Padding that a layer of the encoder marks is not reconstructed."""

import keras
import numpy as np
import pytest
from checks import quick_compile, to_numpy
from keras import layers

from keras_vae import VAE, evaluation, likelihoods

STEPS, PADDED = 6, -1.0


def decoder(width, name):
    z = keras.Input((2,))
    h = layers.LSTM(4, return_sequences=True)(layers.RepeatVector(STEPS)(z))
    return keras.Model(
        z, {name: layers.Reshape((STEPS, *width))(layers.Dense(int(np.prod(width)))(h))}
    )


def heads(h):
    return {"mean": layers.Dense(2)(h), "log_var": layers.Dense(2)(h)}


def series(masking=True, **kwargs):
    x = keras.Input((STEPS, 3))
    h = layers.Masking(PADDED)(x) if masking else x
    encoder = keras.Model(x, heads(layers.LSTM(4)(h)))
    parts = {"likelihood": likelihoods.Normal(scale=0.5), "seed": 0, **kwargs}
    return quick_compile(VAE(encoder, decoder((3,), "mean"), **parts))


def rows(n=8):
    """Series of 1 to 5 steps, and padding behind them."""
    x = np.random.default_rng(0).normal(size=(n, STEPS, 3)).astype("float32")
    is_real = np.arange(STEPS) < 1 + np.arange(n)[:, None] % 5
    return np.where(is_real[..., None], x, np.float32(PADDED)), is_real


def test_padding_leaves_the_sum():
    vae, (x, is_real) = series(), rows()
    trace = vae.trace(keras.ops.convert_to_tensor(x))
    mean = to_numpy(trace.likelihood.mean)
    each = -0.5 * ((x - mean) / 0.5) ** 2 - np.log(0.5) - 0.5 * np.log(2 * np.pi)
    expected = np.sum(each * is_real[..., None], axis=(1, 2))
    np.testing.assert_allclose(to_numpy(trace.log_likelihood()), expected, rtol=1e-5)


def test_all_that_a_model_does_heeds_it(tmp_path):
    vae, (x, _) = series(), rows()
    short = vae.evaluate(x[:1], verbose=0, return_dict=True)["reconstruction"]
    assert short < 10  # three numbers; eighteen would be above
    history = vae.fit(x, epochs=2, batch_size=4, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    ours = vae.log_likelihood(x, num_samples=5, seed=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.log_likelihood(x, num_samples=5, seed=0), ours, rtol=1e-5)
    assert vae.reconstruct(x).shape == x.shape and vae.generate(2, seed=0).shape == (2, STEPS, 3)


def test_quality_of_reconstructions_is_that_of_the_rest():
    vae, (x, is_real) = series(), rows()
    errors = np.square(x - vae.reconstruct(x, verbose=0)).mean(axis=2)
    expected = np.mean([row[real].mean() for row, real in zip(errors, is_real, strict=True)])
    quality = evaluation.reconstruction_quality(vae, x, verbose=0)
    np.testing.assert_allclose(quality.mse, expected, rtol=1e-5)


def test_tokens_of_zero_are_padding_for_an_embedding():
    x = keras.Input((STEPS,))
    encoder = keras.Model(x, heads(layers.LSTM(4)(layers.Embedding(5, 3, mask_zero=True)(x))))
    parts = {"likelihood": likelihoods.Categorical(num_levels=5), "seed": 0}
    vae = quick_compile(VAE(encoder, decoder((5,), "logits"), **parts))
    assert vae.padding is not None
    whole = keras.ops.convert_to_tensor(np.zeros((2, STEPS), "float32"))
    np.testing.assert_array_equal(to_numpy(vae.trace(whole).log_likelihood()), [0.0, 0.0])


def test_without_a_mark_all_steps_count():
    assert series(masking=False).padding is None
    with pytest.warns(UserWarning, match="padding is reconstructed like the rest"):
        x = keras.Input((8, 8))
        h = layers.Flatten()(layers.Masking(0.0)(x))
        z = keras.Input((2,))
        image = keras.Model(z, layers.Reshape((8, 8))(layers.Dense(64, "sigmoid")(z)))
        likelihood = likelihoods.MSSSIM(window=3, num_scales=1)
        assert VAE(keras.Model(x, heads(h)), image, likelihood=likelihood).padding is None
