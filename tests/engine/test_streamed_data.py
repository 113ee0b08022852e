"""Data larger than the device, in chunks of rows: the same steps as of data that lie on it."""

import keras
import numpy as np
import pytest
from checks import BACKEND, without_noise
from toys import grey, small_vae

from keras_vae.engine import device_data, streamed_data
from keras_vae.engine.streamed_data import ChunkPlan, StreamedData
from keras_vae.inputs import memory

X = grey(203)
ROW = X[:1].nbytes


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    """Chunks of 6 batches of 10 rows, made of pieces of 7 rows."""
    monkeypatch.setattr(streamed_data, "CHUNK_BYTES", 65 * ROW)
    monkeypatch.setattr(streamed_data, "PIECE_BYTES", 7 * ROW)


@pytest.fixture
def little_memory(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 10 * ROW)


def mapped(x, folder, name="x"):
    np.save(folder / f"{name}.npy", x)
    return np.load(folder / f"{name}.npy", mmap_mode="r")


def made(**kwargs):
    keras.utils.set_random_seed(0)
    return without_noise(small_vae(**kwargs))


def plan(seed=None, rows=203, batch_size=10, chunk_rows=65, **kwargs):
    chunks = []
    return ChunkPlan(rows, batch_size, chunk_rows, 7, chunks.append, seed=seed, **kwargs), chunks


def epoch(made, chunks, number=0):
    """The rows of the data that each step of an epoch takes."""
    made.start(number)
    steps = []
    for _ in range(made.num_blocks):
        block = made.next_block()
        own = np.concatenate([np.arange(*pair) for pair in made.pieces(chunks[-1])])
        steps += [own[rows] for rows in [*block.rows, *([block.rest] if len(block.rest) else [])]]
    return steps


@pytest.mark.parametrize("block_size", [None, 1, 4])
@pytest.mark.parametrize("rows", [203, 200, 5, 65])
def test_every_row_comes_once_an_epoch(rows, block_size):
    for seed in (None, 3):
        made, chunks = plan(seed, rows, block_size=block_size)
        steps = epoch(made, chunks)
        np.testing.assert_array_equal(np.sort(np.concatenate(steps)), np.arange(rows))
        assert len(steps) == made.steps and {len(s) for s in steps[:-1]} <= {10}
        assert chunks == list(range(made.num_chunks)) and made.chunk_rows <= 65
        if seed is None:
            np.testing.assert_array_equal(np.concatenate(steps), np.arange(rows))


def test_orders_follow_from_seed_and_epoch_alone():
    one, again, other = plan(3), plan(3), plan(4)
    first, second = epoch(*one, 0), epoch(*one, 1)
    assert not np.array_equal(np.concatenate(first), np.concatenate(second))
    np.testing.assert_array_equal(np.concatenate(epoch(*again, 1)), np.concatenate(second))
    assert not np.array_equal(np.concatenate(epoch(*other, 0)), np.concatenate(first))
    # Chunks have rows from everywhere: not one long run of neighbours.
    assert np.ptp(np.concatenate(first[:6])) > 120


def test_a_batch_of_more_rows_than_a_chunk_is_a_chunk():
    made, chunks = plan(chunk_rows=3)
    assert (made.chunk_rows, made.block_size) == (10, 1)
    assert len(epoch(made, chunks)) == 21


@pytest.mark.parametrize("dtype", ["float32", "uint8"])
def test_streaming_equals_the_loop_in_memory(dtype, tmp_path, monkeypatch):
    x = np.round(X).astype(dtype)
    results = []
    for available in (None, 10 * ROW):
        monkeypatch.setattr(memory, "available_bytes", lambda size=available: size)
        vae, data = made(), mapped(x, tmp_path)
        settings = {"batch_size": 10, "shuffle": False, "verbose": 0, "epochs": 2}
        history = vae.fit(data[:150], validation_data=(data[150:],), **settings).history
        results.append([*map(np.array, history.values()), *vae.get_weights()])
        results[-1].append(np.array(vae.evaluate(data, batch_size=10, verbose=0)))
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_it_is_the_compiled_loop_that_runs(little_memory, tmp_path):
    calls = []

    class Count(keras.callbacks.Callback):
        def on_epoch_end(self, batch, logs=None):
            data = self.model._device_data["train"]
            calls.append((type(data), data.plan.num_chunks, data.plan.block_size))

    vae = made()
    vae.fit(mapped(X, tmp_path), batch_size=10, verbose=0, callbacks=[Count()])
    assert calls == [(StreamedData, 4, 6)]
    assert not vae._device_data


def test_fields_targets_and_weights_are_streamed_too(little_memory, tmp_path):
    rng = np.random.default_rng(0)
    noisy = mapped(np.clip(X + rng.normal(0, 0.1, X.shape), 0, 1).astype("float32"), tmp_path)
    weights = rng.random(len(X)).astype("float32")
    streamed = made().fit(noisy, X, sample_weight=weights, batch_size=10, shuffle=False, verbose=0)
    held = made().fit(
        np.array(noisy), X, sample_weight=weights, batch_size=10, shuffle=False, verbose=0
    )
    np.testing.assert_allclose(streamed.history["loss"], held.history["loss"], rtol=1e-5)


def test_arrays_larger_than_the_device_are_streamed(monkeypatch):
    results = []
    for limit in (10 * X.nbytes, X.nbytes):
        monkeypatch.setattr(device_data, "memory_limit", lambda limit=limit: limit)
        monkeypatch.setattr(streamed_data, "memory_limit", lambda limit=limit: limit)
        vae = made()
        vae.fit(X, batch_size=10, shuffle=False, verbose=0)
        results.append(vae.get_weights())
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="the order is NumPy's")
def test_a_resumed_run_is_an_unbroken_one(little_memory, tmp_path):
    data = mapped(X, tmp_path)
    settings = {"batch_size": 10, "verbose": 0}
    whole, parts = made(seed=1), made(seed=1)
    whole.fit(data, epochs=2, **settings)
    parts.fit(data, epochs=1, **settings)
    parts.fit(data, epochs=2, initial_epoch=1, **settings)
    for one, other in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.skipif(BACKEND != "torch", reason="reading needs no backend")
def test_an_error_of_the_file_reaches_the_caller(little_memory):
    class Broken:
        """Rows that end too early."""

        shape, dtype = X.shape, X.dtype
        reads = 0

        def __len__(self):
            return len(X)

        def __array__(self, dtype=None, copy=None):
            return np.array(X, dtype)

        def __getitem__(self, rows):
            self.reads += 1
            if self.reads > 4:
                raise OSError("the disk is gone")
            return X[rows]

    vae = made()
    with pytest.raises(OSError, match="the disk is gone"):
        vae.fit(Broken(), batch_size=10, epochs=3, verbose=0)
    assert not vae._device_data
