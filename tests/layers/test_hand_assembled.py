"""`LatentSampling` and `DataSampling` in a plain functional Keras model, no class of ours."""

import keras
import numpy as np
import pytest
from checks import ROUNDING, bits, levels, quick_compile
from keras import layers

from keras_vae import VAE
from keras_vae.layers import DataSampling, LatentSampling

X = bits(16)
FIT = {"batch_size": 8, "verbose": 0}


def assemble(latent="default", data="default", **heads):
    """A functional VAE of 12 numbers in 2 latents, and its encoder and decoder."""
    latent = LatentSampling(seed=0) if latent == "default" else latent
    data = DataSampling("bernoulli") if data == "default" else data
    x = keras.Input((12,), name="x")
    h = layers.Dense(8, activation="relu")(x)
    mean, log_var = layers.Dense(2, name="mean")(h), layers.Dense(2, name="log_var", **heads)(h)
    encoder = keras.Model(x, [mean, log_var])
    z_in = keras.Input((2,))
    logits = layers.Dense(12)(layers.Dense(8, activation="relu")(z_in))
    decoder = keras.Model(z_in, logits)
    z = latent([mean, log_var])
    x_hat = data([x, decoder(z)])
    return keras.Model(x, x_hat), encoder, decoder


NO_NOISE = {"kernel_initializer": "zeros", "bias_initializer": keras.initializers.Constant(-25.0)}


def test_trains_evaluates_and_predicts():
    model, _, _ = assemble()
    x = X.reshape(16, 12)
    history = quick_compile(model, keras.optimizers.Adam(0.02)).fit(
        x, validation_data=(x,), epochs=4, **FIT
    )
    assert sorted(history.history) == ["loss", "val_loss"]
    assert history.history["val_loss"][-1] < history.history["val_loss"][0]
    assert np.isfinite(model.evaluate(x, verbose=0))
    assert model.predict(x, verbose=0).shape == (16, 12)


def test_loss_is_the_elbo_of_the_vae_with_the_same_weights():
    model, encoder, decoder = assemble(**NO_NOISE)
    vae = VAE(encoder, decoder)
    x = X.reshape(16, 12)
    for compiled in (model, vae):
        quick_compile(compiled, keras.optimizers.SGD(0.0))
    by_hand = model.evaluate(x, verbose=0)
    np.testing.assert_allclose(vae.evaluate(x, verbose=0)[0], by_hand, rtol=ROUNDING)
    losses = [m.fit(x, shuffle=False, **FIT).history["loss"][0] for m in (model, vae)]
    np.testing.assert_allclose(losses, by_hand, rtol=ROUNDING)


def test_kl_weight_weighs_the_kl():
    model, encoder, decoder = assemble(LatentSampling(kl_weight=0.25), **NO_NOISE)
    x = X.reshape(16, 12)
    terms = quick_compile(VAE(encoder, decoder)).evaluate(x, verbose=0, return_dict=True)
    loss = quick_compile(model).evaluate(x, verbose=0)
    expected = terms["reconstruction"] + 0.25 * terms["kl"]
    np.testing.assert_allclose(loss, expected, rtol=ROUNDING)


def test_saves_and_loads_with_no_custom_objects(tmp_path):
    model, _, _ = assemble(
        LatentSampling(prior="normal_mixture", kl_weight=0.5, seed=3, name="latent"),
        DataSampling("bernoulli", sample=True, seed=4),
        **NO_NOISE,
    )
    x = X.reshape(16, 12)
    quick_compile(model).fit(x, **FIT)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for old, new in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert float(loaded.get_layer("latent").kl_weight) == 0.5
    loaded.fit(x, **FIT)
    assert int(loaded.optimizer.iterations) == 4


@pytest.mark.parametrize("prior", ["standard_normal", "learned_normal", "normal_mixture"])
def test_every_weight_of_a_prior_moves(prior):
    model, _, _ = assemble(LatentSampling(prior=prior))
    before = model.get_weights()
    quick_compile(model, keras.optimizers.Adam(0.02)).fit(X.reshape(16, 12), epochs=2, **FIT)
    moved = [np.any(old != new) for old, new in zip(before, model.get_weights(), strict=True)]
    assert sum(moved) == len(model.trainable_variables)


def test_a_likelihood_of_two_parameters():
    x = keras.Input((12,))
    z = LatentSampling()([layers.Dense(2)(x), layers.Dense(2)(x)])
    outputs = [layers.Dense(12)(z), layers.Dense(12)(z)]
    x_hat = DataSampling("heteroscedastic_normal")([x, *outputs])
    model = quick_compile(keras.Model(x, x_hat))
    data = levels(16).reshape(16, 12)
    assert np.isfinite(model.fit(data, **FIT).history["loss"]).all()


def test_images_keep_their_shape():
    x = keras.Input((4, 3))
    h = layers.Flatten()(x)
    z = LatentSampling()([layers.Dense(2)(h), layers.Dense(2)(h)])
    logits = layers.Reshape((4, 3))(layers.Dense(12)(z))
    x_hat = DataSampling("bernoulli")([x, logits])
    assert x_hat.shape == (None, 4, 3) and z.shape == (None, 2)
    model = quick_compile(keras.Model(x, x_hat))
    loss = model.evaluate(X, verbose=0)
    # A fresh decoder gives logits near 0: 12 bits, each log 2, and the KL on top.
    assert 4.0 < loss < 40.0


def test_seeds_repeat_the_run():
    x = X.reshape(16, 12)
    runs = []
    for _ in range(2):
        keras.utils.set_random_seed(0)
        model, _, _ = assemble()
        runs.append(quick_compile(model).fit(x, epochs=2, **FIT).history["loss"])
    assert runs[0] == runs[1]
