"""Runs that are killed anywhere go on from their backups, and end as unbroken ones."""

import os
import random

import keras
import numpy as np
import pytest
from checks import BACKEND
from kills import kill_points

import keras_vae
from keras_vae import models
from keras_vae.callbacks.backup_and_restore import BackupAndRestore

EPOCHS = 5


def data():
    return np.random.default_rng(0).integers(0, 2, (24, 6)).astype("float32")


def model():
    vae = models.BernoulliVAE((6,), latent_dim=2, hidden=(5,), seed=3)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.02, 3, 0.9)
    vae.compile(keras.optimizers.Adam(schedule))
    return vae


def fit(vae, *callbacks, epochs=EPOCHS, **kwargs):
    warmup = keras_vae.callbacks.LinearKLWarmup(3)
    return vae.fit(
        data(), epochs=epochs, batch_size=8, verbose=0, callbacks=[warmup, *callbacks], **kwargs
    )


class Killed(BaseException):
    """What ends a run without a word to anybody."""


class KillAtStep(keras.callbacks.Callback):
    """Ends the run after so many steps of it."""

    def __init__(self, steps):
        super().__init__()
        self.left = steps

    def on_train_batch_end(self, batch, logs=None):
        self.left -= 1
        if self.left == 0:
            raise Killed


def state(vae):
    values = [*vae.get_weights(), *(np.array(v) for v in vae.optimizer.variables)]
    return [keras.ops.convert_to_numpy(value) for value in values]


def new_model():
    keras.utils.set_random_seed(0)
    return model()


@pytest.fixture(scope="module")
def unbroken():
    vae = new_model()
    history = fit(vae)
    return state(vae), history.history["loss"]


def check_equal(vae, unbroken):
    for one, other in zip(state(vae), unbroken[0], strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-7)


def test_run_killed_at_random_steps_ends_as_an_unbroken_one(tmp_path, unbroken):
    rng, runs = random.Random(0), 0
    while True:
        vae, runs = new_model(), runs + 1
        try:
            history = fit(vae, BackupAndRestore(tmp_path / "b"), KillAtStep(rng.randint(1, 9)))
            break
        except Killed:
            assert runs < 20
    assert runs > 1
    check_equal(vae, unbroken)
    np.testing.assert_allclose(
        history.history["loss"], unbroken[1][-len(history.history["loss"]) :], rtol=2e-6
    )
    assert not (tmp_path / "b").exists()


def killed_run(folder, epochs_done, **kwargs):
    with pytest.raises(Killed):
        fit(new_model(), BackupAndRestore(folder, **kwargs), KillAtStep(3 * epochs_done + 1))
    return sorted(path.name for path in folder.iterdir())


def test_two_generations_are_kept(tmp_path):
    assert killed_run(tmp_path, 3) == ["epoch-000000002", "epoch-000000003"]


def test_backups_may_be_rarer(tmp_path, unbroken):
    assert killed_run(tmp_path, 4, every_epochs=2) == ["epoch-000000002", "epoch-000000004"]
    vae = new_model()
    assert len(fit(vae, BackupAndRestore(tmp_path, every_epochs=2)).history["loss"]) == 1
    check_equal(vae, unbroken)


@pytest.mark.parametrize("damage", ["cut", "flipped", "no weights", "no progress", "no json"])
def test_damaged_backup_falls_back_to_the_older(tmp_path, unbroken, damage):
    killed_run(tmp_path, 3)
    newest = tmp_path / "epoch-000000003"
    weights, progress = newest / "state.weights.h5", newest / "progress.json"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "cut": lambda: weights.write_bytes(content[:100]),
        "flipped": lambda: weights.write_bytes(content),
        "no weights": weights.unlink,
        "no progress": progress.unlink,
        "no json": lambda: progress.write_text("{"),
    }[damage]()
    vae = new_model()
    with pytest.warns(RuntimeWarning, match="passed over, and the run goes on behind epoch 2"):
        history = fit(vae, BackupAndRestore(tmp_path / ""))
    assert len(history.history["loss"]) == 3
    check_equal(vae, unbroken)


def test_no_good_backup_is_an_error(tmp_path):
    for name in killed_run(tmp_path, 3):
        (tmp_path / name / "state.weights.h5").write_bytes(b"")
    with pytest.raises(ValueError, match="delete the folder to begin anew"):
        fit(new_model(), BackupAndRestore(tmp_path))


def test_backup_of_another_model_is_an_error(tmp_path):
    killed_run(tmp_path, 1)
    other = models.BernoulliVAE((6,), latent_dim=2, hidden=(7,), seed=3)
    other.compile("adam")
    with pytest.raises(ValueError, match="a backup of this model and optimizer"):
        fit(other, BackupAndRestore(tmp_path))


def test_finished_run_keeps_its_backups_if_asked(tmp_path, unbroken):
    vae = new_model()
    fit(vae, BackupAndRestore(tmp_path, delete_checkpoint=False))
    check_equal(vae, unbroken)
    again = new_model()
    assert fit(again, BackupAndRestore(tmp_path, delete_checkpoint=False)).history == {}
    check_equal(again, unbroken)
    assert len(fit(again, epochs=2).history["loss"]) == 2  # a later fit begins at the first epoch


def test_files_of_others_are_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    fit(new_model(), BackupAndRestore(tmp_path), epochs=1)
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_keras_loop_goes_on_too(tmp_path):
    ends = []
    for steps in (None, 7):
        vae = new_model()
        vae.use_compiled_loop = False
        if steps is not None:
            with pytest.raises(Killed):
                fit(vae, BackupAndRestore(tmp_path), KillAtStep(steps), shuffle=False)
            vae = new_model()
            vae.use_compiled_loop = False
        fit(vae, BackupAndRestore(tmp_path), shuffle=False)
        ends.append(state(vae))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-7)


@pytest.mark.skipif(BACKEND != "torch", reason="forks, which the other backends' threads forbid")
def test_kill_at_each_file_operation_of_a_backup_leaves_one(tmp_path):
    killed_run(tmp_path, 2)
    vae = new_model()
    callback = BackupAndRestore(tmp_path)
    callback.set_model(vae)
    vae._initial_epoch = callback._restore()
    kills = 0
    for _ in kill_points(lambda: callback._save(3)):
        kills += 1
        again = BackupAndRestore(tmp_path)
        again.set_model(vae)
        assert again._restore() in (2, 3)
    assert kills > 5


@pytest.mark.parametrize("backup_dir", ["", None, 3])
def test_bad_folder_is_refused(backup_dir):
    with pytest.raises(ValueError, match="backup_dir"):
        BackupAndRestore(backup_dir)


def test_bad_interval_is_refused(tmp_path):
    with pytest.raises(ValueError, match="every_epochs"):
        BackupAndRestore(tmp_path, every_epochs=0)
