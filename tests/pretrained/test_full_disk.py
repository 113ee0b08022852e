"""Presets on full disks and in killed processes: the old one or the new one, and no crash."""

import errno
import os

import h5py
import numpy as np
import pytest
from checks import BACKEND
from kills import kill_points

from keras_vae import VAE, atomic, models, pretrained, samplers, saved_weights
from keras_vae.callbacks.backup_and_restore import BackupAndRestore
from keras_vae.presets import recipes
from keras_vae.presets.progress import Progress
from keras_vae.presets.table import BEGIN, END, write_table

pytestmark = pytest.mark.skipif(
    BACKEND != "torch", reason="forks, which the other backends' threads forbid"
)


def model(seed):
    return models.BernoulliVAE((6,), hidden=(40,), latent_dim=2, seed=seed)


def loaded_seed(folder):
    return VAE.from_preset(folder).get_config()["seed"]


def test_kill_at_each_file_operation_leaves_a_preset(tmp_path):
    folder, vae = tmp_path / "preset", model(1)
    model(0).save_to_preset(folder)
    seen = {loaded_seed(folder) for _ in kill_points(lambda: vae.save_to_preset(folder))}
    assert seen <= {0, 1} and loaded_seed(folder) == 1
    assert os.listdir(tmp_path) == ["preset"]


def test_full_disk_is_an_error_and_leaves_the_old_preset(tmp_path):
    """A limit on the size of files stands for the disk: HDF5 must not end Python on it."""
    import resource

    folder, vae = tmp_path / "preset", model(1)
    model(0).save_to_preset(folder)
    size = (folder / "model.weights.h5").stat().st_size
    for limit in [0, 100, size // 4, size // 2, size - 1]:
        child = os.fork()
        if child == 0:
            # The scratch of Keras' own file is on another disk, as it were.
            vae.save_weights = model_file(vae, limit, resource)
            try:
                vae.save_to_preset(folder)
            except OSError as error:
                os._exit(3 if error.errno in (errno.EFBIG, errno.ENOSPC) else 4)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3, limit
        assert loaded_seed(folder) == 0
    assert os.listdir(tmp_path) == ["preset"]


def test_room_is_claimed_before_hdf5_begins(tmp_path, monkeypatch):
    """It may end Python where the disk is full."""

    def full(handle, start, size):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name, write in writers(tmp_path).items():
        if name in ("preset", "checkpoint", "backup/epoch-000000003"):
            write()
            before = content(tmp_path / name)
            with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
                patch.setattr(os, "posix_fallocate", full)
                patch.setattr(h5py, "File", None)
                write()
            assert content(tmp_path / name) == before
    assert not [path for path in tmp_path.rglob(".*")]


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "ftrl", "muon"])
@pytest.mark.parametrize("hidden", [(2,), (300,), (3,) * 40])
def test_claimed_room_is_enough(tmp_path, optimizer, hidden):
    vae = models.BernoulliVAE((6,), hidden=hidden)
    vae.compile(optimizer)
    vae.optimizer.build(vae.trainable_variables)
    path = tmp_path / "a.weights.h5"
    saved_weights.save_weights(vae, path)
    assert path.stat().st_size <= saved_weights._size(vae)
    assert os.listdir(tmp_path) == [path.name]


def model_file(vae, limit, resource):
    save = type(vae).save_weights

    def save_weights(path):
        save(vae, path)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return save_weights


def test_sampler_is_the_old_or_the_new(tmp_path):
    x = np.random.default_rng(0).integers(0, 2, (20, 6)).astype("float32")
    vae, path = model(0), tmp_path / "sampler.keras"
    sampler = samplers.GaussianMixture(num_components=1).fit(vae, x)
    sampler.save(path)
    before = path.read_bytes()
    for _ in kill_points(lambda: sampler.save(path)):
        samplers.load(path)
    samplers.load(path)
    assert len(before) > 0 and os.listdir(tmp_path) == ["sampler.keras"]


def writers(tmp_path):
    """What writes files, each with its path, by name."""
    vae = model(1)
    vae.compile("adam")
    x = np.random.default_rng(0).integers(0, 2, (20, 6)).astype("float32")
    sampler = samplers.GaussianMixture(num_components=1).fit(vae, x)
    page, card = tmp_path / "table.md", tmp_path / "preset"
    page.write_text(BEGIN + END)
    progress = Progress(tmp_path / "checkpoint", recipes.get("vae_digits_2d"))
    progress.set_model(vae)
    backup = BackupAndRestore(tmp_path / "backup")
    backup.set_model(vae)
    return {
        "preset": lambda: vae.save_to_preset(card),
        "preset/metadata.json": lambda: pretrained.write_metadata(card, {"format_version": 1}),
        "sampler.keras": lambda: sampler.save(tmp_path / "sampler.keras"),
        "checkpoint": progress._save,
        "backup/epoch-000000003": lambda: backup._save(3),
        "table.md": lambda: write_table(page),
    }


def content(path):
    paths = sorted(path.iterdir()) if path.is_dir() else [path]
    return {each.name: each.read_bytes() for each in paths}


def test_every_writer_keeps_the_old_on_a_full_disk(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name, write in writers(tmp_path).items():
        write()
        before = content(tmp_path / name)
        with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
            patch.setattr(os, "fsync", full)
            write()
        assert content(tmp_path / name) == before, name
    assert not [path for path in tmp_path.rglob(".*")]


def test_kill_at_each_file_operation_leaves_a_checkpoint(tmp_path):
    progress = Progress(tmp_path / "checkpoint", recipes.get("vae_digits_2d"))
    vae = model(0)
    vae.compile("adam")
    progress.set_model(vae)
    for epoch in (1, 2):
        progress.epoch = epoch
        for _ in kill_points(progress._save):
            again = Progress(tmp_path / "checkpoint", progress.recipe)
            again.resume(vae)
            assert again.epoch in (epoch - 1, epoch)
        progress._save()


def test_keras_file_through_an_atomic_path(tmp_path):
    path = tmp_path / "model.keras"
    with atomic.atomic_path(path) as scratch:
        model(0).save(scratch)
    with pytest.raises(OSError), atomic.atomic_path(path) as scratch:
        scratch.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.stat().st_size > 1000 and os.listdir(tmp_path) == ["model.keras"]
