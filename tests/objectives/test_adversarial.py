"""The discriminator of reconstructions: each player's gradient, its reach, and the weights."""

import keras
import numpy as np
import pytest
from checks import quick_compile, to_numpy
from keras import ops
from toys import compute, grey, small_vae, tensor
from traces import compiled, gradients

from keras_vae import models
from keras_vae.backend import gradient
from keras_vae.objectives import ELBO, IWAE, Adversarial
from keras_vae.objectives.adversarial_losses import LOSSES
from keras_vae.objectives.critic import Critic
from keras_vae.objectives.fixed import replaced

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.normal(size=(2, 3, 4, 4, 1))


def critic(kind="hinge"):
    made = Critic(filters=2, stages=1, kind=kind)
    made.build_once((4, 4, 1))
    rng = np.random.default_rng(1)
    for variable in made.trainable_variables:
        variable.assign(rng.normal(size=variable.shape, scale=0.5))
    return made


def by_weight(made, variable, function):
    """The gradient of `function()` by one weight of a critic."""

    def at(value):
        with replaced([made.network], variable, value):
            # Torch wants the weight in what it differentiates.
            return function() + 0.0 * ops.sum(value)

    return to_numpy(compiled(lambda value: gradient(at, value))(tensor(to_numpy(variable))))


def data_gradient(function, x):
    """The gradient of the sum of `function(x)` by data."""
    return gradients(lambda x: ops.sum(function(x)) + 0.0 * ops.sum(x), x)


def slope_by_differences(function, variable, places, step=1e-2):
    """Central differences of `function()` by some places of one weight."""
    start, slopes = to_numpy(variable), []
    for place in places:
        ends = []
        for sign in (1, -1):
            moved = start.copy()
            moved[place] += sign * step
            variable.assign(moved)
            # Anew, as JAX keeps what a function has compiled to.
            ends.append(float(compute(lambda: function())))
        slopes.append((ends[0] - ends[1]) / (2 * step))
    variable.assign(start)
    return np.array(slopes)


@pytest.mark.parametrize("kind", LOSSES)
def test_losses_are_those_of_the_papers(kind):
    logits = np.array([-2.0, -0.5, 0.0, 0.5, 2.0])
    expected = {
        "hinge": (np.maximum(0, 1 - logits), np.maximum(0, 1 + logits), -logits),
        "non_saturating": (
            np.logaddexp(0, -logits),
            np.logaddexp(0, logits),
            np.logaddexp(0, -logits),
        ),
        "least_squares": ((logits - 1) ** 2, logits**2, (logits - 1) ** 2 / 2),
    }[kind]
    for function, values in zip(LOSSES[kind], expected, strict=True):
        np.testing.assert_allclose(to_numpy(function(tensor(logits))), values, atol=1e-6)


def test_the_judged_gain_as_logits_rise_and_the_discriminator_gets_no_gradient():
    made = critic()
    slope = gradients(lambda x: ops.sum(made.judged(x)), FAKE)
    rise = gradients(lambda x: ops.sum(made(x)[1]), FAKE)
    np.testing.assert_allclose(slope, -rise / 4, rtol=1e-4, atol=1e-6)  # of 2x2 patches
    kernel = made.network.trainable_variables[0]
    assert not by_weight(made, kernel, lambda: ops.sum(made.judged(tensor(FAKE)))).any()


def test_the_discriminator_learns_alone():
    made = critic("non_saturating")
    assert not data_gradient(lambda x: made.loss(tensor(REAL), x), FAKE).any()
    assert not data_gradient(lambda x: made.loss(x, tensor(FAKE)), REAL).any()
    bias = made.network.get_layer("logits").bias
    slope = by_weight(made, bias, lambda: ops.sum(made.loss(tensor(REAL), tensor(FAKE))))
    real, fake = (compute(lambda x=x: made(tensor(x))[1]) for x in (REAL, FAKE))
    expected = -1 / (1 + np.exp(real)) + 1 / (1 + np.exp(-fake))  # of softplus
    np.testing.assert_allclose(slope, 0.5 * expected.mean(axis=(1, 2)).sum(axis=0), rtol=1e-4)


def test_the_penalty_is_the_squared_slope_and_has_a_gradient_itself():
    made = critic()

    def penalty():
        return ops.sum(made.squared_slope(tensor(REAL)))

    slopes = gradients(lambda x: ops.sum(made(x)[1]), REAL)
    np.testing.assert_allclose(compute(penalty), np.sum(slopes**2), rtol=1e-4)
    assert not data_gradient(made.squared_slope, REAL).any()
    kernel = made.network.get_layer("logits").kernel
    places = [(1, 1, 0, 0), (2, 1, 3, 0)]
    expected = slope_by_differences(penalty, kernel, places)
    found = by_weight(made, kernel, penalty)
    np.testing.assert_allclose([found[place] for place in places], expected, rtol=1e-2)


def adversarial_vae(optimizer=None, players=None, **options):
    options = {"filters": 4, "stages": 1, **options}
    objective = Adversarial(ELBO(beta=0.5), **options)
    vae = small_vae(models.GaussianVAE, objective=objective, likelihood="normal")
    return quick_compile(vae, optimizer or keras.optimizers.SGD(1e-3), **(players or {}))


def test_the_adaptive_weight_is_the_ratio_of_gradients_at_the_last_kernel():
    vae, x = adversarial_vae(), grey(5)
    for variable in vae.objective.trainable_variables:
        variable.assign(RNG.normal(size=variable.shape))
    head = vae.decoder.layers[-1]
    vae.objective.last_ratio.assign(-1.0)
    seen = {}

    def ratio():
        trace = vae.trace(tensor(x), training=True)
        loss, terms = vae.objective.call(trace)
        return [terms["adaptive"], trace.z]

    seen["ratio"], z = compute(lambda: _without_moving(ratio))
    hidden = keras.Model(vae.decoder.inputs, head.input)
    h, mean = (to_numpy(net(tensor(z))) for net in (hidden, vae.decoder))
    by_mean = gradients(lambda m: ops.mean(vae.objective.discriminator.judged(m)), mean)
    scale = np.exp(0.5 * to_numpy(vae.likelihood(z).log_var).max())
    base = h.T @ ((mean - x) / scale**2 / len(x))
    expected = np.linalg.norm(base) / (np.linalg.norm(h.T @ by_mean) + 1e-4)
    np.testing.assert_allclose(seen["ratio"], expected, rtol=1e-3)


def _without_moving(function):
    with keras.StatelessScope():
        return function()


def test_before_its_start_the_discriminator_stands_still_and_a_file_keeps_the_step(tmp_path):
    vae = adversarial_vae(
        start=4, warmup=4, players={"discriminator_optimizer": keras.optimizers.SGD(0.1)}
    )
    before = vae.objective.discriminator.get_weights()
    vae.fit(grey(8), batch_size=2, epochs=1, verbose=0)
    for one, other in zip(before, vae.objective.discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert float(loaded.objective.step) == 4.0
    loaded.fit(grey(8), batch_size=2, epochs=1, verbose=0)
    after = loaded.objective.discriminator.get_weights()
    assert any(np.any(one != other) for one, other in zip(before, after, strict=True))
    started, grown = loaded.objective._progress(training=False)
    assert (float(started), float(grown)) == (1.0, 1.0)


def test_the_discriminator_moves_and_the_networks_do_not_without_a_rate():
    vae = adversarial_vae(
        keras.optimizers.SGD(0.0),
        adaptive=False,
        gradient_penalty=2.0,
        players={"discriminator_optimizer": keras.optimizers.SGD(0.1)},
    )
    before = [to_numpy(v) for v in vae.trainable_variables]
    own = {id(v) for v in vae.objective.discriminator.trainable_variables}
    history = vae.fit(grey(8), batch_size=4, epochs=1, verbose=0).history
    moved = {
        id(v)
        for v, old in zip(vae.trainable_variables, before, strict=True)
        if np.any(to_numpy(v) != old)
    }
    # Not all: the two sides of the hinge pull alike at the last bias.
    assert moved and moved <= own
    terms = {name: history[name][0] for name in vae.objective.term_names}
    loss = terms["reconstruction"] + 0.5 * terms["kl"] + 0.5 * terms["adversarial"]
    loss += terms["discriminator"] + terms["squared_slope"]
    np.testing.assert_allclose(history["loss"][0], loss, rtol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": -1}, "`weight` must be a number >= 0. Received: weight=-1"),
        ({"loss": "l1"}, "`loss` must be"),
        ({"start": -1}, "`start` must be"),
        ({"filters": 0}, "`filters` must be"),
        ({"adaptive": 1}, "`adaptive` must be True or False"),
        ({"base": IWAE(2)}, "one draw of z for each example"),
        ({"base": "elbo"}, "needs another keras_vae.objectives.Objective"),
    ],
)
def test_bad_arguments_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        Adversarial(**options)
