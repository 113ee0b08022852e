"""Presets on full disks and in killed processes: the old one or the new one, and no crash."""

import errno
import os

import numpy as np
import pytest
from checks import BACKEND
from kills import kill_points

from keras_vae import VAE, atomic, models, samplers

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


def test_keras_file_through_an_atomic_path(tmp_path):
    path = tmp_path / "model.keras"
    with atomic.atomic_path(path) as scratch:
        model(0).save(scratch)
    with pytest.raises(OSError), atomic.atomic_path(path) as scratch:
        scratch.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.stat().st_size > 1000 and os.listdir(tmp_path) == ["model.keras"]
