"""Draws from several threads, training in several processes, and data sets without batches."""

import multiprocessing
import threading

import keras
import numpy as np
import pytest
from checks import BACKEND, quick_compile
from toys import small_vae

from keras_vae import backend
from keras_vae.evaluation import evaluate_generative
from keras_vae.models import VQVAE

X = np.random.default_rng(0).integers(0, 2, (16, 6)).astype("float32")


def test_unseeded_draws_of_threads_never_repeat():
    vae = small_vae()
    vae.generate(2)  # compiled
    made, gate = [], threading.Barrier(4)

    def work():
        gate.wait()
        for _ in range(25):
            made.append(vae.generate(1).tobytes())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 100


def test_seeds_are_those_of_keras_generator():
    ours, keras_own = small_vae(seed=3).inference_seed, keras.random.SeedGenerator(3)
    for _ in range(2):
        one, other = (keras.random.uniform((3,), seed=seed) for seed in (ours, keras_own))
        np.testing.assert_array_equal(*map(keras.ops.convert_to_numpy, (one, other)))


@pytest.mark.skipif(BACKEND != "torch", reason="torch's process groups")
def test_fit_in_a_process_group_is_refused(monkeypatch):
    import torch.distributed as group

    monkeypatch.setattr(group, "is_initialized", lambda: True)
    monkeypatch.setattr(group, "get_world_size", lambda: 2)
    assert backend.num_untied_processes() == 2
    with pytest.raises(ValueError, match="a process group of 2 processes"):
        small_vae().fit(X, verbose=0)
    monkeypatch.setattr(group, "get_world_size", lambda: 1)
    assert backend.num_untied_processes() == 1


def _in_a_group(rank, folder):
    import torch
    import torch.distributed as group

    torch.set_num_threads(1)  # a pool of threads does not survive a fork
    group.init_process_group("gloo", f"file://{folder}/group", rank=rank, world_size=2)
    vae = small_vae()
    try:
        vae.fit(X, verbose=0)
        told = "nothing"
    except ValueError as error:
        told = str(error)
    encoded = vae.encode(X).shape
    group.barrier()
    group.destroy_process_group()
    loss = vae.fit(X, verbose=0).history["loss"]
    (folder / f"{rank}.txt").write_text(f"{told} {encoded} {np.isfinite(loss).all()}")


@pytest.mark.skipif(BACKEND != "torch", reason="torch's process groups, and forks")
def test_fit_in_two_processes_is_refused_in_both(tmp_path):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_in_a_group, args=(rank, tmp_path)) for rank in (0, 1)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        if process.is_alive():
            process.kill()
    for rank in (0, 1):
        told = (tmp_path / f"{rank}.txt").read_text()
        assert "a process group of 2 processes (16, 2) True" in told


def empty():
    if BACKEND == "tensorflow":
        import tensorflow as tf

        return tf.data.Dataset.from_tensor_slices(X).batch(2).filter(lambda batch: False)
    from torch.utils.data import DataLoader, IterableDataset

    class Nothing(IterableDataset):
        def __iter__(self):
            return iter(())

    return DataLoader(Nothing(), batch_size=2)


def test_data_sets_without_batches_are_refused_and_harm_nothing():
    vae = small_vae()
    for call in (vae.fit, vae.evaluate):
        with pytest.raises(ValueError, match="at least one batch"):
            call(empty(), verbose=0)
    with pytest.raises(ValueError, match="at least one batch"):
        vae.fit(X, validation_data=empty(), verbose=0)
    assert np.isfinite(vae.fit(X, verbose=0).history["loss"]).all()


def test_divergence_in_the_first_block_is_told():
    vae = small_vae(optimizer=keras.optimizers.Adam(30.0))
    with pytest.warns((RuntimeWarning, UserWarning), match="diverged|far outside of its prior"):
        vae.fit(np.repeat(X, 20, axis=0), batch_size=8, verbose=0)


def test_report_without_a_fitted_code_prior_keeps_the_rest():
    vae = quick_compile(VQVAE((4, 4), 2, num_codes=5, filters=(3, 3), blocks=1, seed=0))
    report = evaluate_generative(vae, np.zeros((6, 4, 4), "float32"), num_samples=2)
    assert "fit_prior" in report.left_out["samples"]
    assert {"elbo", "mse"} <= set(report.rows) and "mmd" not in report
