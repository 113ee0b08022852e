"""Players with optimizers of their own: each learns by its own rule, in every loop, after files."""

import keras
import numpy as np
import pytest
from checks import assert_same_state, quick_compile, to_numpy
from keras import ops
from toys import grey, small_vae

import keras_vae
from keras_vae import models, objectives
from keras_vae.objectives.objective import Player
from keras_vae.optimizers import Players

X = np.round(grey(16))
SLOPE = np.array([1.0, 2.0, 3.0], "float32")
STEPS = 4
LOOPS = {"compiled loop": True, "Keras' loop": False}


@keras_vae.register
class Duel(objectives.ELBO):
    """An ELBO beside a player whose gradient is known: the slope of a linear loss."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.critic = self.add_weight(name="critic", shape=(3,), initializer="ones")

    def call(self, trace):
        loss, terms = super().call(trace)
        return loss + ops.sum(self.critic * SLOPE), terms

    def players(self):
        return {"critic": Player([self.critic], lambda: keras.optimizers.SGD(0.5))}


def duel(fast=True, optimizer=None, **kwargs):
    keras.utils.set_random_seed(0)
    encoder = keras_vae.networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = keras_vae.networks.mlp((2,), {"logits": (6,)}, hidden=(4,))
    vae = keras_vae.VAE(encoder, decoder, objective=Duel(), seed=0)
    vae.use_compiled_loop = fast
    return quick_compile(vae, optimizer or keras.optimizers.SGD(0.01), **kwargs)


def factor_vae(**kwargs):
    vae = models.FactorVAE((6,), 2, hidden=(4,), discriminator_hidden=(4,), seed=0)
    return quick_compile(vae, **kwargs)


def fit(vae, epochs=1, **kwargs):
    settings = {"batch_size": 4, "shuffle": False, "verbose": 0, **kwargs}
    return vae.fit(X, epochs=epochs, **settings).history


@pytest.mark.parametrize("loop", LOOPS)
def test_each_player_learns_by_its_own_rule(loop):
    vae = duel(LOOPS[loop])
    fit(vae)
    np.testing.assert_allclose(to_numpy(vae.objective.critic), 1 - 0.5 * STEPS * SLOPE, rtol=1e-6)
    assert isinstance(vae.optimizer, Players)
    assert int(vae.optimizer.iterations) == STEPS
    assert int(vae.optimizer.players["critic"].iterations) == STEPS


@pytest.mark.parametrize("loop", LOOPS)
def test_clipping_and_weight_decay_of_one_do_not_touch_the_other(loop):
    sgd = keras.optimizers.SGD
    fierce = duel(LOOPS[loop], sgd(0.01, global_clipnorm=1e-3, weight_decay=0.5))
    plain = duel(LOOPS[loop])
    for vae in (fierce, plain):
        fit(vae)
    expected = 1 - 0.5 * STEPS * SLOPE
    np.testing.assert_allclose(to_numpy(fierce.objective.critic), expected, rtol=1e-6)

    clipped = duel(LOOPS[loop], critic_optimizer=sgd(0.5, global_clipnorm=1e-3))
    fit(clipped)
    for one, other in zip(clipped.encoder.weights, plain.encoder.weights, strict=True):
        np.testing.assert_allclose(to_numpy(one), to_numpy(other), rtol=1e-5, atol=1e-7)
    moved = to_numpy(clipped.objective.critic) - 1
    np.testing.assert_allclose(np.linalg.norm(moved), 0.5 * STEPS * 1e-3, rtol=1e-3)


def test_both_loops_train_alike():
    adam = keras.optimizers.Adam
    fast, slow = (duel(fast, adam(0.01), critic_optimizer=adam(0.1)) for fast in (True, False))
    histories = [fit(vae, epochs=2) for vae in (fast, slow)]
    for name, values in histories[0].items():
        np.testing.assert_allclose(values, histories[1][name], rtol=1e-4, err_msg=name)
    for one, other in zip(fast.get_weights(), slow.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_files_bring_both_states_back(tmp_path):
    adam = keras.optimizers.Adam
    vae = duel(optimizer=adam(0.01, clipnorm=1.0), critic_optimizer=adam(0.1, beta_1=0.3))
    fit(vae)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert loaded.optimizer.main.clipnorm == 1.0
    assert loaded.optimizer.players["critic"].beta_1 == 0.3
    assert_same_state(vae, loaded)
    for one, other in zip(vae.optimizer.variables, loaded.optimizer.variables, strict=True):
        np.testing.assert_array_equal(to_numpy(one), to_numpy(other))
    for model in (vae, loaded):
        fit(model, epochs=2, initial_epoch=1)
    for one, other in zip(vae.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_a_broken_and_resumed_run_equals_an_unbroken_one(tmp_path):
    class Break(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                raise RuntimeError("broken")

    def run(*callbacks):
        vae = duel(optimizer="adam", critic_optimizer=keras.optimizers.Adam(0.1))
        fit(vae, epochs=2, callbacks=list(callbacks))
        return vae

    def backup():
        return keras.callbacks.BackupAndRestore(tmp_path / "backup")

    with pytest.raises(RuntimeError, match="broken"):
        run(backup(), Break())
    for one, other in zip(run(backup()).get_weights(), run().get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_callbacks_move_the_main_learning_rate():
    vae = duel()
    fit(vae, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.25)])
    assert float(vae.optimizer.learning_rate) == float(vae.optimizer.main.learning_rate) == 0.25
    assert float(vae.optimizer.players["critic"].learning_rate) == 0.5


def test_mixed_precision_scales_the_loss_of_both():
    vae = small_vae(models.FactorVAE, dtype="mixed_float16")
    before = [to_numpy(v) for v in vae.trainable_variables]
    fit(vae)
    pairs = zip(vae.trainable_variables, before, strict=True)
    moved = [np.abs(to_numpy(v) - old).max() for v, old in pairs]
    # A gradient that is still scaled would move the weights of one player by thousands of steps.
    assert 0 < max(moved) < 0.1
    assert isinstance(vae.optimizer, keras.optimizers.LossScaleOptimizer)
    assert isinstance(vae.optimizer.inner_optimizer, Players)


@pytest.mark.parametrize(
    ("cls", "settings"),
    [
        (models.FactorVAE, {"learning_rate": 1e-4, "beta_1": 0.5, "beta_2": 0.9}),
        (models.AdversarialAutoencoder, {"learning_rate": 1e-3}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_papers_give_the_discriminator_an_optimizer(cls, settings, tmp_path):
    config = small_vae(cls).optimizer.players["discriminator"].get_config()
    for name, value in settings.items():
        assert config[name] == pytest.approx(value), name


def test_one_optimizer_for_all_on_request_and_in_old_files(tmp_path):
    vae = factor_vae(discriminator_optimizer="shared")
    fit(vae)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    for model in (vae, loaded):
        assert not isinstance(model.optimizer, Players)
    assert int(loaded.optimizer.iterations) == STEPS

    # Files of earlier versions do not name the discriminator's optimizer.
    config = vae.get_compile_config()
    del config["discriminator_optimizer"]
    vae.compile_from_config(config)
    assert not isinstance(vae.optimizer, Players)


def test_bad_players_are_refused():
    with pytest.raises(ValueError, match="BernoulliVAE has no discriminator: .*no second player"):
        quick_compile(small_vae(), discriminator_optimizer="adam")
    with pytest.raises(ValueError, match=r"no critic: .*the players \['discriminator'\]"):
        factor_vae(critic_optimizer="adam")
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="one optimizer for two players"):
        duel(optimizer=adam, critic_optimizer=adam)
    with pytest.raises(ValueError, match="no player may scale"):
        duel(optimizer=keras.optimizers.Adam(loss_scale_factor=2.0))
