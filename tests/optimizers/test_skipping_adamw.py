"""AdamW that skips steps with a large gradient: which steps, and that nothing moves in them."""

import keras
import numpy as np
import pytest
from checks import to_numpy
from toys import grey, small_vae

from keras_vae.optimizers import SkippingAdamW

X = grey(16)
RATE = {"learning_rate": 0.01, "weight_decay": 0.01}


def fitted(optimizer, epochs=2, **kwargs):
    keras.utils.set_random_seed(0)
    vae = small_vae(optimizer=optimizer)
    vae.fit(X, batch_size=8, epochs=epochs, verbose=0, **kwargs)
    return vae


def weights(vae):
    return [to_numpy(v) for v in vae.trainable_variables]


def test_without_large_gradients_it_is_adamw():
    plain = keras.optimizers.AdamW(**RATE, beta_2=0.9, epsilon=1e-8)
    one, other = fitted(SkippingAdamW(**RATE, skip_norm=1e9)), fitted(plain)
    for ours, theirs in zip(weights(one), weights(other), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    assert int(one.optimizer.skipped) == 0


@pytest.mark.parametrize("compiled_loop", [True, False])
def test_steps_with_large_gradients_move_nothing(compiled_loop):
    vae = small_vae(optimizer=SkippingAdamW(**RATE, skip_norm=1e-6, use_ema=True))
    vae.use_compiled_loop = compiled_loop
    before = weights(vae)
    vae.fit(X, batch_size=8, epochs=2, verbose=0)
    for old, new in zip(before, weights(vae), strict=True):
        np.testing.assert_array_equal(old, new)
    assert int(vae.optimizer.skipped) == 4 and int(vae.optimizer.iterations) == 0


def test_only_the_steps_above_the_length_are_skipped():
    """On w with gradients of length 1, 5, NaN and 1, two steps are AdamW's, and two are none."""
    first, other = (keras.Variable(np.zeros(2, "float32")) for _ in range(2))
    skips, plain = (
        SkippingAdamW(0.1, skip_norm=2.0),
        keras.optimizers.AdamW(0.1, weight_decay=0.01, beta_2=0.9, epsilon=1e-8),
    )
    for gradient in ([0.6, 0.8], [3.0, 4.0], [np.nan, 0.0], [-0.8, 0.6]):
        gradient = keras.ops.convert_to_tensor(np.array(gradient, "float32"))
        skips.apply([gradient], [first])
        if keras.ops.norm(gradient) <= 2.0:
            plain.apply([gradient], [other])
        np.testing.assert_allclose(to_numpy(first), to_numpy(other), rtol=1e-5)
    assert int(skips.skipped) == 2


def test_the_average_of_the_weights_is_in_the_model_when_fit_ends():
    """It begins at the first step's weights: average = m average + (1 - m) w, with m = 0.5 here."""
    seen = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(weights(vae))
    )
    optimizer = SkippingAdamW(**RATE, skip_norm=1e9, use_ema=True, ema_momentum=0.5)
    keras.utils.set_random_seed(0)
    vae = small_vae(optimizer=optimizer)
    vae.fit(X, batch_size=16, epochs=3, verbose=0, callbacks=[keep])
    average = seen[0]
    for current in seen[1:]:
        average = [0.5 * a + 0.5 * c for a, c in zip(average, current, strict=True)]
    for mine, theirs in zip(weights(vae), average, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_files_keep_it(tmp_path):
    vae = fitted(SkippingAdamW(**RATE, skip_norm=3.0))
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert loaded.optimizer.skip_norm == 3.0
    assert int(loaded.optimizer.skipped) == int(vae.optimizer.skipped)


def test_bad_arguments():
    with pytest.raises(ValueError, match="skip_norm"):
        SkippingAdamW(skip_norm=0.0)
