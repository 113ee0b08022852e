"""The guard against divergence: it stops, says why, and keeps the last good state bit for bit."""

import warnings

import keras
import numpy as np
import pytest
from checks import quick_compile, to_numpy
from toys import grey, small_vae

from keras_vae import models
from keras_vae.callbacks import DivergenceGuard

X = grey(20)
GOOD_EPOCHS = 2


def state(vae):
    """Weights and optimizer variables, as arrays."""
    return [*vae.get_weights(), *(to_numpy(v) for v in vae.optimizer.variables)]


def assert_same(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


class Remember(keras.callbacks.Callback):
    """The state at each epoch's end."""

    def on_train_begin(self, logs=None):
        self.states = []

    def on_epoch_end(self, epoch, logs=None):
        self.states.append(state(self.model))


def explode(epoch, learning_rate):
    """A learning rate that no model survives, after some good epochs."""
    return 1e-3 if epoch < GOOD_EPOCHS else 1e30


def batches(break_at, value):
    """Five batches an epoch without end; from step `break_at` on they hold one bad value."""
    step = 0
    while True:
        batch = X[:4].copy()
        batch[0, 0] = value if step >= break_at else batch[0, 0]
        yield (batch,)
        step += 1


def run(vae, source, callbacks=(), epochs=GOOD_EPOCHS + 3):
    """A run that diverges in the epoch behind the good ones; its history."""
    kwargs = {"epochs": epochs, "verbose": 0}
    if source == "data":
        data = batches(GOOD_EPOCHS * 5 + 2, np.nan)
        return vae.fit(data, steps_per_epoch=5, callbacks=callbacks, **kwargs).history
    vae.use_compiled_loop = source == "learning rate, compiled loop"
    callbacks = [keras.callbacks.LearningRateScheduler(explode), *callbacks]
    return vae.fit(X, batch_size=4, callbacks=callbacks, **kwargs).history


SOURCES = ["data", "learning rate, compiled loop", "learning rate, Keras' loop"]


@pytest.mark.parametrize("source", SOURCES)
def test_stops_with_the_last_good_state_and_trains_on(source, tmp_path):
    vae, remember = small_vae(models.GaussianVAE), Remember()
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / "{epoch}.weights.h5", save_weights_only=True
    )
    message = f"Training diverged in epoch 3: .*kl.* not finite.*the end of epoch {GOOD_EPOCHS}"
    with pytest.warns(RuntimeWarning, match=f"(?s){message}"):
        history = run(vae, source, [remember, checkpoint])
    assert len(history["loss"]) == GOOD_EPOCHS + 1
    assert np.all(np.isfinite(history["loss"][:GOOD_EPOCHS]))
    assert not np.isfinite(history["loss"][-1])
    good = remember.states[GOOD_EPOCHS - 1]
    if source != "data":  # the scheduler sets the rate behind the guard
        vae.optimizer.learning_rate = 1e-3
    assert_same(state(vae), good)

    # Callbacks behind the guard, and their checkpoints, saw the restored model.
    files = sorted(tmp_path.glob("*.weights.h5"))
    assert [file.name[0] for file in files] == ["1", "2", "3"]
    for file, expected in zip(files, [remember.states[0], good, good], strict=True):
        vae.load_weights(file)
        assert_same(vae.get_weights(), expected[: len(vae.get_weights())])

    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        history = vae.fit(X, epochs=3, verbose=0).history
    assert len(history["loss"]) == 3 and np.all(np.isfinite(history["loss"]))
    assert np.all(np.isfinite(vae.reconstruct(X)))


def test_diverging_at_once_restores_the_start():
    vae = small_vae(models.GaussianVAE, keras.optimizers.SGD(1e30))
    start = vae.get_weights()
    with pytest.warns(RuntimeWarning, match=r"in epoch 1: .*the end of epoch 0 \(0: the start\)"):
        vae.fit(X, batch_size=4, epochs=5, verbose=0)
    assert_same(vae.get_weights(), start)


@pytest.mark.parametrize("monitor", ["loss", "val_loss"])
def test_best_checkpoint_is_a_good_one(tmp_path, monitor):
    vae = small_vae(models.GaussianVAE)
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor=monitor, save_best_only=True
    )
    with pytest.warns(RuntimeWarning, match="diverged"):
        vae.fit(
            X,
            batch_size=4,
            epochs=5,
            validation_data=X[:5],
            callbacks=[keras.callbacks.LearningRateScheduler(explode), best],
            verbose=0,
        )
    loaded = keras.saving.load_model(tmp_path / "best.keras")
    assert all(np.all(np.isfinite(weight)) for weight in loaded.get_weights())
    assert np.isfinite(loaded.evaluate(X, verbose=0)[0])


def test_early_stopping_restores_good_weights():
    vae = small_vae(models.GaussianVAE)
    stopping = keras.callbacks.EarlyStopping("loss", patience=10, restore_best_weights=True)
    with pytest.warns(RuntimeWarning, match="diverged"):
        run(vae, "data", [stopping])
    assert all(np.all(np.isfinite(weight)) for weight in vae.get_weights())


def test_no_warning_without_divergence():
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        small_vae().fit(X, epochs=2, validation_data=X, verbose=0)


def test_a_guard_of_the_users_own_takes_the_place_of_ours():
    vae = small_vae(models.GaussianVAE)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(vae, "data", [DivergenceGuard()])
    assert sum("diverged" in str(warning.message) for warning in caught) == 1


def test_mixed_precision_keeps_its_loss_scale():
    # The dynamic scale is a state of the optimizer: it comes back with the rest.
    vae = small_vae(models.GaussianVAE, dtype="mixed_float16")
    remember = Remember()
    with pytest.warns(RuntimeWarning, match="diverged"):
        run(vae, "data", [remember])
    assert_same(state(vae), remember.states[GOOD_EPOCHS - 1])


# ---- healthy runs go on ----------------------------------------------------------------------


class Vector(keras.metrics.Metric):
    """A metric whose result is a vector, or any other value that is asked for."""

    def __init__(self, value, name="mine"):
        super().__init__(name=name)
        self.value = np.asarray(value, "float32")

    def update_state(self, y_true, y_pred, sample_weight=None):
        pass

    def result(self):
        return keras.ops.convert_to_tensor(self.value)


@pytest.mark.parametrize("value", [[1.0, 2.0], [np.nan, 1.0], np.nan, np.inf], ids=str)
@pytest.mark.parametrize("fast", [True, False])
def test_metrics_of_any_value_and_shape_let_the_run_go_on(value, fast):
    vae = small_vae()
    quick_compile(vae, metrics=[Vector(value)])
    vae.use_compiled_loop = fast
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        history = vae.fit(X, epochs=3, verbose=0).history
    assert len(history["loss"]) == 3


def bad_batches():
    while True:
        yield (np.full((4, 6), np.nan, "float32"),)


@pytest.mark.parametrize("fast", [True, False])
def test_bad_validation_warns_once_and_loses_nothing(fast):
    vae, twin = (small_vae(models.GaussianVAE) for _ in range(2))
    twin.set_weights(vae.get_weights())
    settings = {"epochs": 3, "verbose": 0, "shuffle": False}
    for one in (vae, twin):
        one.use_compiled_loop = fast
    validation = {"validation_data": bad_batches(), "validation_steps": 1}
    with pytest.warns(RuntimeWarning, match="validation gave .*val_loss.* not finite") as caught:
        history = vae.fit(X, **validation, **settings).history
    assert len(history["loss"]) == 3
    assert sum("validation gave" in str(one.message) for one in caught) == 1
    twin.fit(X, **settings)
    # The validation moves no more than the state of its own noise.
    for one, other in zip(vae.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# ---- divergence that stays finite ------------------------------------------------------------


class Weigh(keras.callbacks.Callback):
    """Multiplies the loss by changing its weight, in an epoch."""

    def __init__(self, epoch, weight):
        super().__init__()
        self.epoch, self.weight = epoch, weight

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            self.model.objective.kl_weight.assign(self.weight)


@pytest.mark.parametrize("fast", [True, False])
def test_a_loss_that_explodes_is_divergence(fast):
    vae = small_vae(models.GaussianVAE, keras.optimizers.SGD(1e-4))
    vae.use_compiled_loop = fast
    with pytest.warns(RuntimeWarning, match=r"in epoch 3: the loss rose to .*the end of epoch 2"):
        history = vae.fit(X, epochs=5, verbose=0, callbacks=[Weigh(2, 1e8)]).history
    assert len(history["loss"]) == 3
    assert float(vae.objective.kl_weight) == 1.0


@pytest.mark.parametrize("guard", [DivergenceGuard(rise=None), DivergenceGuard(rise=1e12)])
def test_how_far_a_loss_may_rise_is_said(guard):
    vae = small_vae(models.GaussianVAE, keras.optimizers.SGD(0.0))
    history = vae.fit(X, epochs=3, verbose=0, callbacks=[guard, Weigh(1, 1e8)]).history
    assert len(history["loss"]) == 3
    with pytest.raises(ValueError, match="rise > 1"):
        DivergenceGuard(rise=1.0)


def test_an_explosion_within_the_first_epoch_is_seen():
    vae = small_vae(models.GaussianVAE, keras.optimizers.SGD(1e-4))

    class Explode(keras.callbacks.Callback):
        def on_train_batch_begin(self, batch, logs=None):
            if batch == 2:
                self.model.objective.kl_weight.assign(1e8)

    with pytest.warns(RuntimeWarning, match=r"in epoch 1: the loss rose to"):
        vae.fit(X, batch_size=4, epochs=5, verbose=0, callbacks=[Explode()])
    assert float(vae.objective.kl_weight) == 1.0


def test_of_an_optimizer_only_a_finite_state_comes_back():
    vae = small_vae(models.GaussianVAE, "adam")
    guard = DivergenceGuard()
    states = []

    class Break(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            states.append([to_numpy(v) for v in self.model.optimizer.variables])
            if epoch == 1:  # what was remembered at the end of this epoch is broken
                self.model.optimizer.variables[3].assign(
                    np.full(self.model.optimizer.variables[3].shape, np.inf)
                )
            if epoch == 2:
                logs["loss"] = float("nan")

    with pytest.warns(RuntimeWarning, match="the end of epoch 2"):
        vae.fit(X, epochs=5, verbose=0, callbacks=[Break(), guard])
    assert_same([to_numpy(v) for v in vae.optimizer.variables], states[0])
