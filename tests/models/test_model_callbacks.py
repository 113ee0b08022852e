"""Keras' callbacks and optimizer options, as with any Keras model."""

import csv

import keras
import numpy as np
import pytest
from checks import assert_same_history, bits, quick_compile, to_numpy, without_noise
from zoo import MODELS

X = bits(16)
FIT = {"batch_size": 8, "verbose": 0}
adam = keras.optimizers.Adam


def made(optimizer=None):
    """A compiled model without noise, whose loss falls in each epoch."""
    keras.utils.set_random_seed(0)
    vae = without_noise(MODELS["BernoulliVAE"](seed=0))
    return quick_compile(vae, optimizer or adam(0.01))


class Record(keras.callbacks.Callback):
    """Keeps the weights after each epoch, and after each step on request."""

    def __init__(self, steps=False):
        super().__init__()
        self.epochs, self.steps = [], []
        if steps:
            self.on_train_batch_end = lambda batch, logs=None: self.steps.append(
                self.model.get_weights()
            )

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.model.get_weights())


def assert_same_weights(weights, expected):
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_early_stopping_restores_the_best_weights():
    vae, record = made(), Record()
    # The loss falls, so the "best" one by mode="max" is the first.
    stop = keras.callbacks.EarlyStopping("loss", mode="max", patience=1, restore_best_weights=True)
    history = vae.fit(X, epochs=9, callbacks=[record, stop], **FIT).history
    assert len(history["loss"]) == 2
    assert_same_weights(vae.get_weights(), record.epochs[0])


@pytest.mark.parametrize("suffix", [".keras", ".weights.h5"])
def test_model_checkpoint_writes_the_epochs_weights(tmp_path, suffix):
    vae, record = made(), Record()
    checkpoint = keras.callbacks.ModelCheckpoint(
        tmp_path / ("{epoch}" + suffix), save_weights_only=suffix == ".weights.h5"
    )
    vae.fit(X, epochs=2, callbacks=[record, checkpoint], **FIT)
    for epoch, expected in enumerate(record.epochs, start=1):
        path = tmp_path / f"{epoch}{suffix}"
        if suffix == ".keras":
            loaded = keras.saving.load_model(path)
        else:
            loaded = MODELS["BernoulliVAE"]()
            loaded.load_weights(path)
        assert_same_weights(loaded.get_weights(), expected)


def test_model_checkpoint_keeps_the_best_only(tmp_path):
    vae, record = made(), Record()
    path = tmp_path / "best.keras"
    checkpoint = keras.callbacks.ModelCheckpoint(path, "val_loss", save_best_only=True, mode="max")
    vae.fit(X, validation_data=X, epochs=2, callbacks=[record, checkpoint], **FIT)
    assert_same_weights(keras.saving.load_model(path).get_weights(), record.epochs[0])


def test_csv_logger(tmp_path):
    logger = keras.callbacks.CSVLogger(tmp_path / "log.csv")
    history = made().fit(X, validation_data=X, epochs=2, callbacks=[logger], **FIT).history
    with open(tmp_path / "log.csv") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) == {"epoch", *history}
    logged = {name: [float(row[name]) for row in rows] for name in history}
    assert_same_history(logged, history)


def test_reduce_lr_on_plateau():
    vae = made(adam(0.01))
    reduce = keras.callbacks.ReduceLROnPlateau("loss", mode="max", factor=0.1, patience=1)
    history = vae.fit(X, epochs=3, callbacks=[reduce], **FIT).history
    np.testing.assert_allclose(history["learning_rate"], [0.01, 0.01, 0.001], rtol=1e-5)
    np.testing.assert_allclose(float(vae.optimizer.learning_rate), 1e-4, rtol=1e-5)


def test_terminate_on_nan_stops_and_leaves_good_weights():
    vae = made(keras.optimizers.SGD(1e30))
    with pytest.warns(RuntimeWarning, match="diverged"):
        history = vae.fit(X, epochs=9, callbacks=[keras.callbacks.TerminateOnNaN()], **FIT).history
    assert len(history["loss"]) == 1
    assert all(np.isfinite(weight).all() for weight in vae.get_weights())


def test_hooks_see_every_step_with_its_logs():
    vae, seen = made(), []
    hooks = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: seen.append(("begin", batch)),
        on_train_batch_end=lambda batch, logs: seen.append((sorted(logs), batch)),
    )
    vae.fit(X, epochs=2, callbacks=[hooks], **FIT)
    names = ["elbo", "kl", "loss", "reconstruction"]
    assert seen == 2 * [("begin", 0), (names, 0), ("begin", 1), (names, 1)]


def test_swapped_weights_are_the_moving_average_of_the_steps():
    vae, record = made(adam(0.01, use_ema=True, ema_momentum=0.5)), Record(steps=True)
    swap = keras.callbacks.SwapEMAWeights()
    vae.fit(X, epochs=2, callbacks=[record, swap], **FIT)
    average = record.steps[0]
    for weights in record.steps[1:]:
        average = [0.5 * old + 0.5 * new for old, new in zip(average, weights, strict=True)]
    for weight, expected in zip(vae.get_weights(), average, strict=True):
        np.testing.assert_allclose(weight, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("clip", ["clipnorm", "global_clipnorm", "clipvalue"])
def test_gradient_clipping_bounds_a_step(clip):
    vae = made(keras.optimizers.SGD(1.0, **{clip: 1e-3}))
    before = [to_numpy(v) for v in vae.trainable_variables]
    vae.fit(X, batch_size=16, verbose=0)
    steps = [to_numpy(v) - old for v, old in zip(vae.trainable_variables, before, strict=True)]
    norms = [np.linalg.norm(step) for step in steps]
    largest = {
        "clipnorm": max(norms),
        "global_clipnorm": np.linalg.norm(norms),
        "clipvalue": max(np.abs(step).max() for step in steps),
    }
    # Rounding of the weights that took the step.
    np.testing.assert_allclose(largest[clip], 1e-3, rtol=1e-3)


def test_accumulated_gradients_are_those_of_the_larger_batch():
    sgd = keras.optimizers.SGD
    accumulating, plain = made(sgd(0.01, gradient_accumulation_steps=2)), made(sgd(0.01))
    accumulating.fit(X, batch_size=4, shuffle=False, verbose=0)
    plain.fit(X, batch_size=8, shuffle=False, verbose=0)
    for one, other in zip(accumulating.weights, plain.weights, strict=True):
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), rtol=1e-4, atol=1e-6)


def test_learning_rate_schedule():
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, decay_steps=2, decay_rate=0.5)
    vae = made(adam(schedule))
    vae.fit(X, epochs=2, **FIT)
    np.testing.assert_allclose(float(vae.optimizer.learning_rate), 0.01 * 0.5**2, rtol=1e-5)
    frozen = made(
        keras.optimizers.SGD(keras.optimizers.schedules.PiecewiseConstantDecay([1], [0.1, 0.0]))
    )
    record = Record()
    frozen.fit(X, epochs=3, callbacks=[record], **FIT)
    assert_same_weights(record.epochs[2], record.epochs[1])


def seen_by(vae):
    """What the methods give now."""
    return {
        "encode": vae.encode(X),
        "reconstruct": vae.reconstruct(X),
        "generate": vae.generate(4, seed=0),
        "log_likelihood": vae.log_likelihood(X[:4], num_samples=3, seed=0),
        "predict": vae.predict(X, verbose=0),
    }


class Watch(keras.callbacks.Callback):
    """Uses the model's own methods while it trains."""

    def __init__(self):
        super().__init__()
        self.epochs, self.steps = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.model.encode(X))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(seen_by(self.model))


def test_methods_called_in_mid_training_see_the_current_weights():
    watch = Watch()
    watched = made()
    watched.fit(X, epochs=2, shuffle=False, callbacks=[watch], **FIT)
    for epochs in (1, 2):
        alone = made()
        alone.fit(X, epochs=epochs, shuffle=False, **FIT)
        expected, seen = seen_by(alone), watch.epochs[epochs - 1]
        for name, values in expected.items():
            np.testing.assert_allclose(seen[name], values, rtol=1e-4, atol=1e-6, err_msg=name)
        # The last step of an epoch ends with the weights that the epoch ends with.
        np.testing.assert_allclose(watch.steps[2 * epochs - 1], seen["encode"], rtol=1e-5)
    assert not np.allclose(watch.steps[0], watch.steps[1])


def test_evaluate_within_fit():
    vae, seen = made(), []
    inner = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(vae.evaluate(X, verbose=0, return_dict=True))
    )
    history = vae.fit(X, validation_data=X, epochs=2, callbacks=[inner], **FIT).history
    np.testing.assert_allclose([logs["loss"] for logs in seen], history["val_loss"], rtol=1e-5)
