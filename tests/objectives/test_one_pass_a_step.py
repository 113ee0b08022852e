"""What a step does once: it moves statistics, adds losses and draws masks, whatever the objective.

Objectives that decode a second time, for another gradient, must see the decoder of the first time.
"""

import keras
import numpy as np
import pytest
from checks import bits, quick_compile, to_numpy
from keras import layers

from keras_vae import VAE, posteriors, priors
from keras_vae.objectives import ELBO, IWAE, PIWAE, RAE, Reconstruction

X = bits(16, (6,))
LOOPS = pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "keras"])


def own_networks(outputs):
    """An encoder and a decoder with every layer that tells one pass from two."""
    x, z = keras.Input((6,)), keras.Input((2,))
    h = layers.Dense(8, "tanh", activity_regularizer=keras.regularizers.L2(0.1))(x)
    encoder = keras.Model(x, {name: layers.Dense(2, name=name)(h) for name in outputs})
    h = layers.Dense(8, "tanh", activity_regularizer=keras.regularizers.L2(0.1))(z)
    h = layers.BatchNormalization(momentum=0.5)(h)
    h = layers.Dropout(0.5, seed=1)(h)
    return encoder, keras.Model(z, layers.Dense(6)(h))


def after_one_step(objective, compiled=True, rate=1.0, outputs=("mean", "log_var"), **parts):
    """A model after one step of plain descent, and the loss of the step."""
    keras.utils.set_random_seed(0)
    vae = VAE(*own_networks(outputs), objective=objective, seed=0, **parts)
    quick_compile(vae, keras.optimizers.SGD(rate))
    vae.use_compiled_loop = compiled
    loss = vae.fit(X, batch_size=len(X), shuffle=False, verbose=0).history["loss"][0]
    return vae, loss


def statistics(vae):
    return [to_numpy(v) for v in vae.decoder.non_trainable_variables if "seed" not in v.name]


@LOOPS
@pytest.mark.parametrize(
    "objective", [lambda: IWAE(4, "dreg"), lambda: PIWAE(2, 2)], ids=["dreg", "piwae"]
)
def test_statistics_move_as_in_one_pass(objective, compiled):
    once, loss = after_one_step(IWAE(4), compiled, rate=0.0)
    twice, other = after_one_step(objective(), compiled, rate=0.0)
    np.testing.assert_allclose(other, loss, rtol=1e-5)  # with the decoder's own losses, once
    assert len(statistics(once)) == 2
    for one, two in zip(statistics(once), statistics(twice), strict=True):
        np.testing.assert_allclose(two, one, rtol=1e-5, atol=1e-6)


@LOOPS
def test_gradient_is_of_one_dropout_mask(compiled):
    """Of one group, PIWAE's gradient is IWAE's: of the encoder, and of the decoder."""
    expected, _ = after_one_step(IWAE(4), compiled)
    vae, _ = after_one_step(PIWAE(1, 4), compiled)
    for one, two in zip(expected.trainable_variables, vae.trainable_variables, strict=True):
        np.testing.assert_allclose(to_numpy(two), to_numpy(one), rtol=1e-4, atol=1e-5)


def test_decoders_gradient_with_dreg_is_of_one_dropout_mask():
    expected, _ = after_one_step(IWAE(4))
    vae, _ = after_one_step(IWAE(4, "dreg"))
    pairs = zip(expected.decoder.trainable_variables, vae.decoder.trainable_variables, strict=True)
    for one, two in pairs:
        np.testing.assert_allclose(to_numpy(two), to_numpy(one), rtol=1e-4, atol=1e-5)


def test_a_pass_for_a_penalty_adds_no_losses():
    code = {"posterior": posteriors.Deterministic(), "outputs": ("mean",), "rate": 0.0}
    _, expected = after_one_step(Reconstruction(), **code)
    penalty = RAE("gradient", code_weight=0.0, decoder_weight=0.0)
    _, loss = after_one_step(penalty, **code)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_encoding_pseudo_inputs_adds_no_losses():
    parts = {"prior": priors.Vamp(64, seed=0), "rate": 0.0}
    vae, _ = after_one_step(ELBO(), **parts)
    told = vae.evaluate(X, batch_size=len(X), verbose=0, return_dict=True)
    h = keras.Model(vae.encoder.inputs, vae.encoder.layers[1].output).predict(X, verbose=0)
    z = vae.encode(X, num_samples=1)[0]
    encoders = 0.1 * np.sum(np.square(h)) / len(X)
    rest = told["loss"] - told["reconstruction"] - told["kl"]
    # The decoder's own part is at most 0.1 for each of its 8 units.
    assert z.shape == (16, 2) and encoders <= rest + 1e-4 and rest - encoders <= 0.8
