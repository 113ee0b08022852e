"""One schedule for any weight: by name or by function, several at once, in both loops."""

import warnings

import keras
import numpy as np
import pytest
from checks import quick_compile, without_noise
from toys import grey, small_vae

from keras_vae import VAE, models, networks
from keras_vae.callbacks import (
    BackupAndRestore,
    CyclicalKLWarmup,
    LinearCapacity,
    LinearKLWarmup,
    Schedule,
    SigmoidKLWarmup,
    TemperatureSchedule,
)

STEPS = 5
X = np.repeat(grey(1), 4 * STEPS, axis=0)
FIT = {"batch_size": 4, "verbose": 0, "shuffle": False}
LOOPS = {"compiled loop": True, "Keras' loop": False}


@pytest.fixture(params=LOOPS)
def vae(request):
    """A model that cannot learn, so that its loss moves with its weights alone."""
    vae = without_noise(small_vae(optimizer=keras.optimizers.SGD(0.0)))
    vae.use_compiled_loop = LOOPS[request.param]
    return vae


def mean_weights(history):
    loss, reconstruction, kl = (np.array(history[n]) for n in ("loss", "reconstruction", "kl"))
    return (loss - reconstruction) / kl


@pytest.mark.parametrize("every", ["step", "epoch"])
@pytest.mark.parametrize("variable", ["kl_weight", "objective.kl_weight", "function"])
def test_steps_use_the_values(vae, variable, every):
    target = (lambda model: model.objective.kl_weight) if variable == "function" else variable
    schedule = Schedule(target, lambda epoch: 1.0 + epoch**2, every=every)
    used = mean_weights(vae.fit(X, epochs=2, callbacks=[schedule], **FIT).history)
    steps = np.arange(2 * STEPS).reshape(2, STEPS) / STEPS
    epochs = np.floor(steps) if every == "epoch" else steps
    np.testing.assert_allclose(used, np.mean(1.0 + epochs**2, axis=1), rtol=1e-5)


def test_values_are_joined_by_lines(vae):
    schedule = Schedule("kl_weight", [1.0, 3.0, 2.0])
    assert [schedule.value(e) for e in (0, 0.5, 1, 1.5, 2, 7)] == [1.0, 2.0, 3.0, 2.5, 2.0, 2.0]
    used = mean_weights(vae.fit(X, epochs=3, callbacks=[schedule], **FIT).history)
    expected = [np.mean([schedule.value(e + s / STEPS) for s in range(STEPS)]) for e in range(3)]
    np.testing.assert_allclose(used, expected, rtol=1e-5)
    assert float(vae.objective.kl_weight) == 2.0


def test_several_schedules_move_in_both_loops_alike():
    def run(fast):
        keras.utils.set_random_seed(0)
        vae = models.CategoricalVAE((6,), 2, 3, hidden=(4,), seed=0)
        # The noise on TensorFlow depends on whether XLA draws it: both loops compile alike.
        quick_compile(vae, keras.optimizers.SGD(0.01))
        vae.use_compiled_loop = fast
        seen = []
        look = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: seen.append(
                [float(vae.posterior_layer.temperature), float(vae.objective.kl_weight)]
            )
        )
        schedules = [
            Schedule("temperature", lambda epoch: 1.0 / (1.0 + epoch)),
            Schedule(lambda model: model.objective.kl_weight, [0.0, 0.5, 1.0]),
            look,
        ]
        return vae.fit(X, epochs=2, callbacks=schedules, **FIT).history, seen

    (fast, values), (slow, expected) = run(True), run(False)
    np.testing.assert_allclose(values, expected, rtol=1e-6)
    np.testing.assert_allclose(values[-1], [1 / 2.8, 0.9], rtol=1e-6)
    for name, history in fast.items():
        np.testing.assert_allclose(history, slow[name], rtol=1e-4, err_msg=name)


def test_schedules_may_change_from_fit_to_fit(vae):
    for value in (2.0, 3.0):
        schedule = Schedule("kl_weight", [value])
        used = mean_weights(vae.fit(X, callbacks=[schedule], **FIT).history)
        np.testing.assert_allclose(used, value, rtol=1e-5)
    vae.objective.kl_weight.assign(4.0)
    np.testing.assert_allclose(mean_weights(vae.fit(X, **FIT).history), 4.0, rtol=1e-5)


def test_of_two_schedules_of_one_variable_the_last_counts(vae):
    schedules = [Schedule("kl_weight", [2.0]), Schedule("objective.kl_weight", [3.0])]
    used = mean_weights(vae.fit(X, callbacks=schedules, **FIT).history)
    np.testing.assert_allclose(used, 3.0, rtol=1e-5)


@pytest.mark.parametrize("fast", LOOPS.values(), ids=LOOPS)
def test_players_weights_are_moved(fast):
    vae = models.FactorVAE((6,), 2, hidden=(4,), discriminator_hidden=(4,), seed=0)
    quick_compile(vae).use_compiled_loop = fast
    vae.fit(X, epochs=2, callbacks=[Schedule("gamma", [1.0, 5.0])], **FIT)
    assert float(vae.objective.gamma) == 5.0


class Scaled(keras.layers.Layer):
    """A layer with a scalar that no gradient moves."""

    def __init__(self, variable):
        super().__init__()
        self.scale = self.add_weight(name=variable, shape=(), trainable=False, initializer="ones")

    def call(self, x):
        return self.scale * x


def test_in_a_plain_keras_model():
    layer = Scaled("scale")
    model = keras.Sequential([keras.Input((6,)), layer, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    schedule = Schedule("scale", [1.0, 2.0, 3.0], every="epoch")
    history = model.fit(X, 0 * X[:, :1], epochs=3, callbacks=[schedule], **FIT).history
    assert float(layer.scale) == 3.0
    np.testing.assert_allclose(np.array(history["loss"]) / history["loss"][0], [1, 4, 9], rtol=1e-4)


def test_resumed_run_goes_on_where_it_was(vae):
    schedule = Schedule("kl_weight", [0.0, 1.0, 2.0, 3.0])
    used = mean_weights(vae.fit(X, epochs=3, initial_epoch=2, callbacks=[schedule], **FIT).history)
    np.testing.assert_allclose(used, [2.4], rtol=1e-5)


# ---- the end of training ---------------------------------------------------------------------


@pytest.mark.parametrize("first", [True, False], ids=["in front", "behind"])
def test_restored_weights_do_not_bring_an_old_value_back(vae, first):
    # The loss rises with the weight, so the "best" epoch is the first.
    stop = keras.callbacks.EarlyStopping("loss", patience=2, restore_best_weights=True)
    warmup = LinearKLWarmup(4)
    callbacks = [warmup, stop] if first else [stop, warmup]
    with pytest.warns(
        RuntimeWarning, match=r"for 4 epochs, but training ends after 3: .*about 0.75"
    ):
        history = vae.fit(X, epochs=9, callbacks=callbacks, **FIT).history
    assert len(history["loss"]) == 3
    np.testing.assert_allclose(float(vae.objective.kl_weight), (3 - 1 / STEPS) / 4, rtol=1e-6)


@pytest.mark.parametrize("epochs", [3, 4, 5])
def test_a_rise_that_fits_is_finished_without_a_word(vae, epochs):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        vae.fit(X, epochs=epochs, callbacks=[LinearKLWarmup(3)], **FIT)
    assert float(vae.objective.kl_weight) == 1.0


@pytest.mark.parametrize(
    "schedule",
    [LinearKLWarmup(9), Schedule("kl_weight", np.linspace(0, 1, 9))],
    ids=lambda schedule: type(schedule).__name__,
)
def test_a_rise_longer_than_the_fit_warns_once(vae, schedule):
    with pytest.warns(
        RuntimeWarning, match="training ends after 2.*in place of 1, in its loss"
    ) as w:
        vae.fit(X, epochs=2, callbacks=[schedule], **FIT)
    assert len([one for one in w if "training ends" in str(one.message)]) == 1


def test_stopped_in_an_epoch_keeps_the_value_of_its_last_step(vae):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    vae.fit(X, epochs=4, callbacks=[Schedule("kl_weight", lambda epoch: epoch), Stop()], **FIT)
    np.testing.assert_allclose(float(vae.objective.kl_weight), 2 / STEPS, rtol=1e-6)


# ---- files -----------------------------------------------------------------------------------


def checkpoints(folder, schedule, cls=models.BernoulliVAE, **kwargs):
    """The model, its history, and models loaded from files of the first of three epochs."""
    vae = small_vae(cls, optimizer=keras.optimizers.SGD(0.0), **kwargs)
    if cls is models.BernoulliVAE:
        without_noise(vae)
    saved = keras.callbacks.ModelCheckpoint
    files = [
        saved(folder / "{epoch}.keras"),
        saved(folder / "{epoch}.weights.h5", save_weights_only=True),
    ]
    history = vae.fit(X, epochs=3, callbacks=[*files, schedule], **FIT).history
    by_weights = small_vae(cls, **kwargs)
    by_weights.load_weights(folder / "1.weights.h5")
    return vae, history, [keras.saving.load_model(folder / "1.keras"), by_weights]


@pytest.mark.parametrize(
    "schedule",
    [
        LinearKLWarmup(3),
        SigmoidKLWarmup(3),
        CyclicalKLWarmup(1.5, num_cycles=2),
        Schedule("kl_weight", [0.0, 0.1, 0.5, 1.0]),
        Schedule("kl_weight", lambda epoch: epoch / 3),
        Schedule(lambda vae: vae.objective.kl_weight, [0.0, 0.0, 1.0], every="epoch"),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_checkpoints_have_the_whole_kl(tmp_path, schedule):
    _, history, loaded = checkpoints(tmp_path, schedule)
    for vae in loaded:
        np.testing.assert_allclose(float(vae.objective.kl_weight), 1.0, rtol=1e-6)
    # Writing them moves nothing: each epoch trains at its own weight.
    steps = [np.mean([schedule.value_at(e, s, STEPS) for s in range(STEPS)]) for e in range(3)]
    np.testing.assert_allclose(mean_weights(history), steps, rtol=1e-4)


def test_checkpoints_have_the_whole_capacity(tmp_path):
    schedule = LinearCapacity(3, stop=2.0)
    vae, _, loaded = checkpoints(tmp_path, schedule, models.AnnealedVAE)
    assert [float(one.objective.capacity) for one in [vae, *loaded]] == [2.0, 2.0, 2.0]


def test_checkpoints_keep_the_temperature_that_they_were_trained_at(tmp_path):
    schedule = TemperatureSchedule(rate=0.1)
    vae, _, loaded = checkpoints(tmp_path, schedule, models.BinaryVAE)
    temperatures = [float(one.posterior_layer.temperature) for one in [vae, *loaded]]
    np.testing.assert_allclose(temperatures, [np.exp(-0.2), 1.0, 1.0], rtol=1e-6)


@pytest.mark.parametrize("backup", [BackupAndRestore, keras.callbacks.BackupAndRestore])
def test_killed_warmup_goes_on_where_it_was(vae, tmp_path, backup):
    class Kill(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    fit = {"epochs": 4, **FIT}
    with pytest.raises(KeyboardInterrupt):
        vae.fit(X, callbacks=[LinearKLWarmup(5), backup(str(tmp_path / "b")), Kill()], **fit)
    assert float(vae.objective.kl_weight) == 1.0  # for a fit without the warm-up
    vae.objective.kl_weight.assign(9.0)  # as in a new process, whatever it was
    warmup = [LinearKLWarmup(5), backup(str(tmp_path / "b"))]
    with pytest.warns(RuntimeWarning, match="training ends after 4"):
        history = vae.fit(X, callbacks=warmup, **fit).history
    np.testing.assert_allclose(mean_weights(history), [0.48, 0.68], rtol=1e-4)
    vae.objective.kl_weight.assign(0.3)
    vae.save(tmp_path / "after.keras")
    after = keras.saving.load_model(tmp_path / "after.keras")
    np.testing.assert_allclose(float(after.objective.kl_weight), 0.3, rtol=1e-6)


# ---- bad input -------------------------------------------------------------------------------


def test_bad_arguments_are_refused():
    for value in ([], [1.0, np.nan], 3.0, "linear", [[1.0]]):
        with pytest.raises(ValueError, match="Schedule needs value as a function"):
            Schedule("gamma", value)
    with pytest.raises(ValueError, match="every"):
        Schedule("gamma", [1.0], every="week")


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("kl_wait", "a model with one variable kl_wait.*Did you mean 'kl_weight'"),
        ("objective.gamma", "a model whose objective has a gamma"),
        ("nothing.gamma", "a model whose nothing has a gamma"),
        (lambda model: model.encoder.weights[0], "scalar variable of the model"),
        (lambda model: keras.Variable(1.0, trainable=False), "scalar variable of the model"),
        (lambda model: 3.0, "scalar variable of the model"),
    ],
    ids=lambda value: value if isinstance(value, str) else "function",
)
def test_variables_that_cannot_be_moved_are_refused(vae, variable, message):
    with pytest.raises(ValueError, match=message):
        vae.fit(X, callbacks=[Schedule(variable, [1.0])], **FIT)


def test_several_of_a_name_must_be_told_apart():
    x = keras.Input((6,))
    h = Scaled("kl_weight")(x)
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = networks.mlp((2,), {"logits": (6,)}, hidden=(4,))
    vae = quick_compile(VAE(encoder, decoder, seed=0))
    with pytest.raises(ValueError, match="Several parts have one: name the part too"):
        vae.fit(X, callbacks=[Schedule("kl_weight", [1.0])], **FIT)
    vae.fit(X, callbacks=[Schedule("objective.kl_weight", [0.5])], **FIT)
    assert float(vae.objective.kl_weight) == 0.5


# ---- members ---------------------------------------------------------------------------------


def test_members_are_schedules_with_their_old_methods():
    assert LinearKLWarmup(epochs=10).weight(5) == LinearKLWarmup(epochs=10).value(5) == 0.5
    assert LinearCapacity(epochs=11).value(5) == 12.5
    assert LinearCapacity(epochs=11, variable="discrete_capacity").variable == "discrete_capacity"
    cooling = TemperatureSchedule(rate=0.1)
    assert cooling.temperature(0) == cooling.value(0) == 1.0
    for member in (LinearKLWarmup(2), LinearCapacity(2), cooling):
        assert isinstance(member, Schedule)
