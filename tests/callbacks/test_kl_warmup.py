"""KL schedules: their shapes, and that the weight reaches the steps that run."""

import math

import keras
import numpy as np
import pytest
from checks import without_noise
from toys import grey, small_vae

from keras_vae.callbacks import CyclicalKLWarmup, KLSchedule, LinearKLWarmup, SigmoidKLWarmup

STEPS = 5
X = np.repeat(grey(1), 4 * STEPS, axis=0)


def unteachable():
    """A model that cannot learn, so that its loss moves with the KL weight alone."""
    return without_noise(small_vae(optimizer=keras.optimizers.SGD(0.0)))


@pytest.fixture(scope="module", params=["compiled loop", "Keras' loop"])
def compiled(request):
    vae = unteachable()
    vae.use_compiled_loop = request.param == "compiled loop"
    return vae


@pytest.fixture
def vae(compiled):
    """One that is compiled once a loop: whatever it is fitted to, only its KL weight moves."""
    compiled.objective.kl_weight.assign(1.0)
    return compiled


def mean_weights(history):
    """The mean KL weight over each epoch's steps, from the losses."""
    loss, reconstruction, kl = (np.array(history[n]) for n in ("loss", "reconstruction", "kl"))
    return (loss - reconstruction) / kl


def fit(vae, schedule, epochs, **kwargs):
    """Fit with 5 batches an epoch; the mean KL weight over each epoch's steps."""
    callbacks = [schedule, *kwargs.pop("callbacks", [])]
    kwargs = {"batch_size": 4, "epochs": epochs, "verbose": 0, **kwargs}
    return mean_weights(vae.fit(X, callbacks=callbacks, **kwargs).history)


def expected(schedule, epochs):
    """The mean of the schedule's weights at the steps of these epochs."""
    return [np.mean([schedule.weight(e + s / STEPS) for s in range(STEPS)]) for e in epochs]


class Staircase(KLSchedule):
    """A user's own schedule."""

    def weight(self, epoch):
        return 0.25 * math.floor(4 * epoch / 3)


@pytest.mark.parametrize(
    "schedule",
    [
        LinearKLWarmup(epochs=3),
        LinearKLWarmup(epochs=0.5, start=2.0, stop=0.5),
        SigmoidKLWarmup(epochs=3),
        CyclicalKLWarmup(cycle_epochs=2, num_cycles=2),
        Staircase(),
    ],
    ids=lambda schedule: type(schedule).__name__,
)
def test_steps_use_the_weight_of_their_batch(vae, schedule):
    used = fit(vae, schedule, epochs=4)
    np.testing.assert_allclose(used, expected(schedule, range(4)), atol=1e-5)
    # Left where the schedule ends, or at the last batch's, and there for evaluation.
    ended = schedule.end is not None and schedule.end <= 4
    last = schedule.weight(4 if ended else 3 + (STEPS - 1) / STEPS)
    np.testing.assert_allclose(float(vae.objective.kl_weight), last, rtol=1e-6)
    result = vae.evaluate(X, return_dict=True, verbose=0)
    np.testing.assert_allclose(mean_weights(result), last, atol=1e-5)


def test_other_callbacks_do_not_disturb(vae):
    # One that looks at each batch, which the compiled loop must then stop for.
    seen = []

    class Watch(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(float(self.model.objective.kl_weight))

    schedule = LinearKLWarmup(epochs=2)
    used = fit(vae, schedule, epochs=2, callbacks=[Watch()])
    np.testing.assert_allclose(used, expected(schedule, range(2)), atol=1e-5)
    assert len(seen) == 2 * STEPS
    np.testing.assert_allclose(seen, np.arange(2 * STEPS) / (2 * STEPS), atol=1e-6)


def test_resumed_run_goes_on_where_it_was(vae):
    schedule = LinearKLWarmup(epochs=4)
    fit(vae, schedule, epochs=2)
    used = fit(vae, LinearKLWarmup(epochs=4), epochs=4, initial_epoch=2)
    np.testing.assert_allclose(used, expected(schedule, [2, 3]), atol=1e-5)


def test_second_fit_begins_anew(vae):
    schedule = LinearKLWarmup(epochs=2)
    for _ in range(2):
        used = fit(vae, schedule, epochs=1)
        np.testing.assert_allclose(used, expected(schedule, [0]), atol=1e-5)
    # Without a schedule the weight stays what it was.
    history = vae.fit(X, batch_size=4, verbose=0).history
    np.testing.assert_allclose(mean_weights(history), 0.4, atol=1e-5)


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_weight_is_saved(tmp_path, suffix):
    vae = small_vae()
    fit(vae, LinearKLWarmup(epochs=2), epochs=1)
    path = tmp_path / f"vae{suffix}"
    if suffix == ".keras":
        vae.save(path)
        loaded = keras.saving.load_model(path)
    else:
        vae.save_weights(path)
        loaded = small_vae()
        loaded.load_weights(path)
    assert float(loaded.objective.kl_weight) == float(vae.objective.kl_weight) == np.float32(0.4)


def test_backup_resumes_the_schedule(tmp_path):
    class Crash(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("crash")

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    schedule = LinearKLWarmup(epochs=4)
    with pytest.raises(RuntimeError, match="crash"):
        fit(unteachable(), schedule, 4, callbacks=[backup(), Crash()])
    used = fit(unteachable(), schedule, 4, callbacks=[backup()])
    np.testing.assert_allclose(used, expected(schedule, [2, 3]), atol=1e-5)


@pytest.mark.parametrize("steps_per_epoch", [None, STEPS])
def test_generators_move_the_weight_where_their_length_is_known(steps_per_epoch):
    batches = (X[:4] for _ in range(2 * STEPS))
    schedule = LinearKLWarmup(epochs=4, start=0.5)
    kwargs = {"steps_per_epoch": steps_per_epoch, "epochs": 2 if steps_per_epoch else 1}
    history = unteachable().fit(batches, callbacks=[schedule], verbose=0, **kwargs).history
    weights = expected(schedule, range(2)) if steps_per_epoch else [0.5]
    np.testing.assert_allclose(mean_weights(history), weights, atol=1e-5)


def test_linear():
    weights = [LinearKLWarmup(epochs=4, start=0.2, stop=1.0).weight(e) for e in (0, 1, 4, 100)]
    np.testing.assert_allclose(weights, [0.2, 0.4, 1.0, 1.0])


def test_sigmoid_begins_and_ends_exactly():
    schedule = SigmoidKLWarmup(epochs=10, start=0.1, stop=0.9)
    assert schedule.weight(0) == 0.1
    assert schedule.weight(10) == schedule.weight(1000) == 0.9
    assert schedule.weight(5) == 0.5
    weights = np.array([schedule.weight(e) for e in np.linspace(0, 10, 101)])
    assert np.all(np.diff(weights) > 0)
    # A sigmoid: the logistic function of -6 to 6, up to a linear map.
    logistic = 1 / (1 + np.exp(-np.linspace(-6, 6, 101)))
    np.testing.assert_allclose(np.corrcoef(weights, logistic)[0, 1], 1.0, rtol=1e-12)


def test_cyclical_is_that_of_the_paper():
    # Fu et al., 2019, section 3: tau = mod(t - 1, T/M) / (T/M), then min(tau / R, 1), T steps in M
    # cycles, of which the part R rises.
    total, cycles, rise = 40, 4, 0.5
    schedule = CyclicalKLWarmup(cycle_epochs=total / cycles, num_cycles=cycles, rise=rise)
    tau = np.mod(np.arange(total), total / cycles) / (total / cycles)
    weights = [schedule.weight(epoch) for epoch in range(total)]
    np.testing.assert_allclose(weights, np.minimum(tau / rise, 1.0), atol=1e-12)
    assert schedule.weight(total) == schedule.weight(10 * total) == 1.0


def test_cyclical_over_one_cycle_is_linear():
    cyclical = CyclicalKLWarmup(4, num_cycles=1, rise=1.0, start=0.3, stop=0.7)
    linear = LinearKLWarmup(4, start=0.3, stop=0.7)
    epochs = np.linspace(0, 8, 33)
    np.testing.assert_allclose(
        [cyclical.weight(e) for e in epochs], [linear.weight(e) for e in epochs], atol=1e-12
    )
