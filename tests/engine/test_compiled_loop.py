"""The compiled loop against Keras' own: same batches, same noise, same weights, same callbacks."""

import functools

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae.engine.plan import Plan

BACKEND = keras.backend.backend()


def make_data(n=53, dim=12, seed=0):
    return (np.random.default_rng(seed).random((n, dim)) > 0.6).astype("float32")


def make_vae(optimizer="adam", dim=12, seed=3, dropout=0.0, xla=False, **kwargs):
    """A small VAE; with dropout, batch norm and a weight constraint in the encoder if asked for.

    On TensorFlow the noise depends on whether XLA draws it; so both loops compile alike, and with
    XLA in few tests: TensorFlow never frees its programs, of some 17 MB each.
    """
    keras.utils.set_random_seed(seed)
    x = keras.Input((dim,))
    constraint = keras.constraints.MaxNorm(0.3) if dropout else None
    h = keras.layers.Dense(8, activation="tanh", kernel_constraint=constraint)(x)
    if dropout:
        h = keras.layers.BatchNormalization()(keras.layers.Dropout(dropout, seed=1)(h))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = keras_vae.networks.mlp((2,), {"logits": (dim,)}, hidden=(8,))
    vae = keras_vae.VAE(encoder, decoder, seed=seed, **kwargs)
    jit = xla if BACKEND == "tensorflow" else "auto"
    vae.compile(optimizer() if callable(optimizer) else optimizer, jit_compile=jit)
    return vae


def fit_both(make, x, **kwargs):
    """Two equal models, the first fitted by the compiled loop, the second by Keras' own."""
    fast, slow = make(), make()
    slow.set_weights(fast.get_weights())
    slow.use_compiled_loop = False
    settings = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0, **kwargs}
    histories = [vae.fit(x, **settings).history for vae in (fast, slow)]
    return fast, slow, histories


def assert_same(fast, slow, histories):
    # Rounding: the compiled loop may fuse what Keras' step does not.
    for a, b in zip(fast.get_weights(), slow.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4, err_msg=name)


RATE = keras.optimizers.schedules.ExponentialDecay(1e-2, 3, 0.5)
OPTIMIZERS = {
    "adam": "adam",
    "scheduled and clipped": lambda: keras.optimizers.SGD(RATE, momentum=0.9, clipnorm=0.5),
    "accumulated and averaged": lambda: keras.optimizers.Adam(
        1e-2, gradient_accumulation_steps=2, use_ema=True, ema_momentum=0.9
    ),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_equals_keras_loop(name):
    x = make_data()
    make = functools.partial(make_vae, OPTIMIZERS[name], xla=name == "adam")
    assert_same(*fit_both(make, x, validation_data=(x[:21],)))


def test_equals_keras_loop_with_dropout_batch_norm_and_constraint():
    fast, slow, histories = fit_both(lambda: make_vae(dropout=0.3), make_data())
    assert_same(fast, slow, histories)
    norms = np.linalg.norm(fast.encoder.layers[1].get_weights()[0], axis=0)
    np.testing.assert_array_less(norms, 0.3 + 1e-6)


def test_equals_keras_loop_with_running_variance():
    def make():
        encoder = keras_vae.networks.mlp((12,), {"mean": (2,), "log_var": (2,)}, hidden=(8,))
        decoder = keras_vae.networks.mlp((2,), {"mean": (12,)}, hidden=(8,))
        vae = keras_vae.VAE(encoder, decoder, likelihood="optimal_normal", seed=0)
        vae.compile("adam", jit_compile=False if BACKEND == "tensorflow" else "auto")
        return vae

    fast, slow, histories = fit_both(make, make_data())
    assert_same(fast, slow, histories)
    assert float(fast.likelihood_layer.weight) > 0


def test_equals_keras_loop_with_a_kl_schedule():
    fast, slow = make_vae("sgd"), make_vae("sgd")
    slow.set_weights(fast.get_weights())
    slow.use_compiled_loop = False
    histories = []
    for vae in (fast, slow):
        warmup = keras_vae.callbacks.LinearKLWarmup(epochs=2)
        histories.append(
            vae.fit(
                make_data(), batch_size=8, epochs=2, shuffle=False, verbose=0, callbacks=[warmup]
            ).history
        )
    assert_same(fast, slow, histories)
    # The rise is over, so the weight is the schedule's last one.
    for vae in (fast, slow):
        np.testing.assert_allclose(float(vae.objective.kl_weight), 1.0, rtol=1e-6)


def test_evaluate_equals_keras_loop():
    fast, slow = make_vae(), make_vae()
    slow.use_compiled_loop = False
    results = [v.evaluate(make_data(29, seed=1), batch_size=8, verbose=0) for v in (fast, slow)]
    np.testing.assert_allclose(*results, rtol=1e-5)


def test_noise_differs_at_every_step():
    """A seed baked into a trace would train on one fixed draw, and pass every other test."""
    x = np.tile(make_data(8), (6, 1))  # six equal batches

    def mean_reconstruction(num_steps):
        vae = make_vae(lambda: keras.optimizers.SGD(0.0))
        vae.posterior_layer.log_var_range = (2.0, 2.1)  # much noise
        history = vae.fit(x[: 8 * num_steps], batch_size=8, shuffle=False, verbose=0).history
        return history["reconstruction"][0] * num_steps

    totals = np.array([mean_reconstruction(k) for k in (1, 2, 3, 6)])
    # With one fixed draw the totals would be 1, 2, 3 and 6 times the first.
    per_step = totals / np.array([1, 2, 3, 6])
    assert len(np.unique(per_step.round(5))) == 4


def test_shuffles_by_seed_and_epoch():
    plan, again = Plan(100, 10, seed=5), Plan(100, 10, seed=5)
    orders = []
    for epoch in (0, 1, 2):
        plan.start(epoch)
        orders.append(plan.order)
        assert sorted(plan.order) == list(range(100))
    assert not np.array_equal(orders[0], orders[1])
    again.start(2)  # as a run does that resumes in the third epoch
    np.testing.assert_array_equal(again.order, orders[2])


@pytest.mark.parametrize(
    ("n", "batch_size"), [(1, 4), (4, 4), (5, 4), (600, 1), (601, 7), (65, 64)]
)
def test_plan_covers_every_row_once(n, batch_size):
    plan = Plan(n, batch_size, seed=0)
    rows = []
    for index in range(plan.num_blocks):
        block = plan.next_block()
        assert plan.last_step(index) - plan.first_step(index) + 1 == len(block.rows) + bool(
            len(block.rest)
        )
        rows += [*block.rows.ravel(), *block.rest]
    assert sorted(rows) == list(range(n))


@pytest.mark.parametrize("n", [1, 8, 9, 17])
def test_last_short_batches_and_tiny_data(n):
    vae = make_vae()
    history = vae.fit(make_data(n), batch_size=8, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert int(vae.optimizer.iterations) == 2 * -(-n // 8)


class Steps(keras.callbacks.Callback):
    """Records the steps that it is called at."""

    def __init__(self):
        super().__init__()
        self.begun, self.ended = [], []

    def on_train_batch_begin(self, batch, logs=None):
        self.begun.append(batch)

    def on_train_batch_end(self, batch, logs=None):
        self.ended.append(batch)
        assert np.isfinite(logs["loss"])


def test_callbacks_that_ask_for_every_batch_get_it():
    steps = Steps()
    make_vae().fit(make_data(), batch_size=8, verbose=0, callbacks=[steps])
    assert steps.begun == steps.ended == list(range(7))


def test_steps_per_execution_sets_the_blocks():
    if BACKEND == "torch":
        pytest.skip("Keras refuses steps_per_execution on torch.")
    vae = make_vae()
    vae.compile("adam", steps_per_execution=3)
    ends = []

    class Ends(keras.callbacks.TerminateOnNaN):
        def on_train_batch_end(self, batch, logs=None):
            ends.append(batch)

    vae.fit(make_data(), batch_size=8, verbose=0, callbacks=[Ends()])
    assert ends == [2, 5, 6]
    assert vae.steps_per_execution == 3


def test_stop_training_ends_at_a_batch():
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.model.stop_training = batch == 2

    vae = make_vae()
    vae.fit(make_data(), batch_size=8, epochs=5, verbose=0, callbacks=[Stop()])
    assert int(vae.optimizer.iterations) == 3


def test_a_callback_may_evaluate_in_the_middle():
    losses = []

    class Evaluate(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            losses.append(self.model.evaluate(make_data(11), verbose=0, return_dict=True)["loss"])

    vae = make_vae()
    history = vae.fit(
        make_data(), validation_data=(make_data(20),), epochs=3, verbose=0, callbacks=[Evaluate()]
    ).history
    assert len(losses) == len(history["val_loss"]) == 3
    assert np.isfinite(losses).all()


def test_dynamic_binarization_draws_new_bits_by_the_seed():
    grey = np.full((40, 12), 0.3, "float32")

    def history(seed, fast=True):
        vae = make_vae(seed=seed)
        vae.use_compiled_loop = fast
        return vae.fit(grey, binarize="dynamic", batch_size=8, epochs=2, verbose=0).history["loss"]

    first = history(0)
    assert first == history(0)
    assert first != history(1)
    np.testing.assert_allclose(first, history(0, fast=False), rtol=1e-4)


def test_dynamic_binarization_has_the_mean_of_the_greys():
    vae = make_vae(lambda: keras.optimizers.Adam(0.05))
    grey = np.tile(np.linspace(0.05, 0.95, 12, dtype="float32"), (512, 1))
    vae.fit(grey, binarize="dynamic", batch_size=32, epochs=8, verbose=0)
    np.testing.assert_allclose(vae.decode(np.zeros((1, 2), "float32"))[0], grey[0], atol=0.08)


def test_a_broken_and_resumed_run_equals_an_unbroken_one(tmp_path):
    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise RuntimeError("broken")

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    settings = {"batch_size": 8, "epochs": 4, "verbose": 0}
    with pytest.raises(RuntimeError, match="broken"):
        make_vae().fit(make_data(), callbacks=[backup(), Break()], **settings)
    resumed, unbroken = make_vae(), make_vae()
    epochs = []

    class Epochs(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            epochs.append(epoch)

    resumed.fit(make_data(), callbacks=[backup(), Epochs()], **settings)
    unbroken.fit(make_data(), **settings)
    assert epochs == [2, 3]
    for a, b in zip(resumed.get_weights(), unbroken.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_other_data_take_keras_loop():
    vae = make_vae()
    calls = []
    vae._fit_blocks = lambda *args, **kwargs: calls.append(1)
    x = make_data()
    vae.fit(((x[:8],) for _ in range(3)), steps_per_epoch=3, verbose=0)
    vae.fit(x, steps_per_epoch=3, verbose=0)
    vae.run_eagerly = True
    vae.fit(x[:8], verbose=0)
    assert not calls


@pytest.mark.skipif(BACKEND != "torch", reason="Only torch traces its steps.")
@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_torch_steps_are_traced(dropout):
    """A step that cannot be traced falls back without a word; these must not."""
    vae = make_vae(dropout=dropout)
    vae.fit(make_data(), validation_data=(make_data(),), batch_size=8, verbose=0)
    traces = [trace for steps, *_ in vae._loops.values() for trace in steps.traces.values()]
    assert len(traces) == 4  # whole and short batches
    assert all(trace is not None for trace in traces)
