"""Models that change between calls: compiled programs must follow."""

import keras
import numpy as np
import pytest
from checks import bits, quick_compile, to_numpy
from keras import ops
from toys import grey, small_vae

import keras_vae
from keras_vae import models

BACKEND = keras.backend.backend()
X = np.round(grey(16))


def weights_of(layer):
    return [to_numpy(v) for v in layer.weights]


def moved(before, layer):
    return any(not np.array_equal(a, b) for a, b in zip(before, weights_of(layer), strict=True))


@pytest.mark.parametrize("fast", [True, False])
def test_frozen_between_fits_stays_as_it_is(fast):
    vae = small_vae()
    vae.use_compiled_loop = fast
    vae.fit(X, verbose=0)
    for frozen, trained in ((vae.encoder, vae.decoder), (vae.decoder, vae.encoder)):
        vae.encoder.trainable = vae.decoder.trainable = True
        frozen.trainable = False
        before, others = weights_of(frozen), weights_of(trained)
        vae.fit(X, verbose=0)
        assert not moved(before, frozen) and moved(others, trained)


@pytest.mark.parametrize(
    "cls, dtype", [(models.BernoulliVAE, "mixed_float16"), (models.FactorVAE, None)]
)
def test_optimizer_goes_on_where_others_are_frozen(cls, dtype):
    vaes = [small_vae(cls, dtype=dtype) for _ in range(2)]
    vaes[1].set_weights(vaes[0].get_weights())
    for vae in vaes:
        vae.fit(X, batch_size=4, verbose=0)  # in float16 the first steps find the loss' scale
    # In one step, what is frozen changes no gradient of the rest.
    vaes[0].decoder.trainable = False
    before, others = weights_of(vaes[0].decoder), weights_of(vaes[0].encoder)
    for vae in vaes:
        vae.fit(X, batch_size=len(X), verbose=0)
    for one, other in zip(*(weights_of(vae.encoder) for vae in vaes), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    assert not moved(before, vaes[0].decoder) and moved(others, vaes[0].encoder)
    vaes[0].decoder.trainable = True
    vaes[0].fit(X, batch_size=4, verbose=0)
    assert moved(before, vaes[0].decoder)


def test_what_the_optimizer_does_not_know_is_refused():
    vae = small_vae()
    vae.encoder.trainable = False
    quick_compile(vae)
    vae.fit(X, verbose=0)
    before = vae.get_weights()
    vae.encoder.trainable = True
    with pytest.raises(ValueError, match="Call compile.*6 of which are new"):
        vae.fit(X, verbose=0)
    for weight, kept in zip(vae.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


def test_averages_are_of_all_that_trains():
    vae = small_vae(optimizer=keras.optimizers.Adam(use_ema=True))
    vae.fit(X, verbose=0)
    vae.encoder.trainable = False
    with pytest.raises(ValueError, match="use_ema=True"):
        vae.fit(X, verbose=0)


def test_programs_know_which_layer_is_frozen():
    vae = small_vae(hidden=(4, 4, 4))
    dense = [la for la in vae.encoder.layers if isinstance(la, keras.layers.Dense)]
    runs = {
        "encode": lambda: vae.encode(X),
        "evaluate": lambda: vae.evaluate(X, return_dict=True, verbose=0)["kl"],
        "by Keras": lambda: vae.evaluate(iter([X]), return_dict=True, verbose=0)["kl"],
        "predict": lambda: vae.predict(X, steps=1, verbose=0),
    }
    expected = {how: run() for how, run in runs.items()}
    # Two layers of one shape, which change their places among the lists of variables.
    for frozen in dense[1:3]:
        frozen.trainable = False
        for how, run in runs.items():
            np.testing.assert_allclose(run(), expected[how], rtol=1e-5, err_msg=how)
        frozen.trainable = True


def test_frozen_with_a_new_compile():
    vae = small_vae()
    vae.fit(X, verbose=0)
    vae.encoder.trainable = False
    quick_compile(vae)
    before = weights_of(vae.encoder)
    vae.fit(X, verbose=0)
    assert not moved(before, vae.encoder)


def test_encode_follows_quantize():
    vae = models.BernoulliVAE((6,), 2, hidden=(16,), seed=0)
    before = vae.encode(X)
    vae.encoder.quantize("int8")
    after = vae.encode(X)
    mean, _ = vae.encoder(ops.convert_to_tensor(X))
    np.testing.assert_allclose(after, to_numpy(mean), rtol=1e-4, atol=1e-5)
    assert not np.array_equal(before, after)


def test_encode_and_fit_follow_lora():
    vae = small_vae()
    vae.fit(X, verbose=0)
    before = vae.encode(X)
    dense = next(la for la in vae.encoder.layers if isinstance(la, keras.layers.Dense))
    kernel = to_numpy(dense.kernel)
    dense.enable_lora(2)
    dense.lora_kernel_b.assign(np.ones(dense.lora_kernel_b.shape))
    assert not np.allclose(vae.encode(X), before)
    quick_compile(vae)
    lora = to_numpy(dense.lora_kernel_b)
    vae.fit(X, verbose=0)
    assert not np.array_equal(to_numpy(dense.lora_kernel_b), lora)
    assert to_numpy(dense._kernel) == pytest.approx(kernel)


@pytest.mark.parametrize("fast", [True, False])
def test_float64_models_train_in_both_loops(fast):
    vae = small_vae(dtype="float64")
    vae.use_compiled_loop = fast
    history = vae.fit(X, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()


@pytest.mark.skipif(BACKEND != "torch", reason="Only torch traces its steps.")
def test_noise_in_a_layer_of_ones_own_is_traced():
    class Noisy(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.dropout = keras.layers.Dropout(0.5, seed=1)

        def call(self, x, training=False):
            return self.dropout(x, training=training)

    x = keras.Input((12,))
    h = Noisy()(keras.layers.Dense(8)(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = keras_vae.networks.mlp((2,), {"logits": (12,)}, hidden=(4,))
    vae = quick_compile(keras_vae.VAE(encoder, decoder, seed=0))
    vae.fit(bits(16, (12,)), verbose=0)
    ((steps, *_),) = vae._loops.values()
    assert all(trace is not None for trace in steps.traces.values())
