"""Arrays that have come through the door: parts, batches, and those that stay in their files."""

import h5py
import keras
import numpy as np
import pytest
from containers import ARRAYS

from keras_vae.inputs import Fields, memory, prepare

X = np.random.default_rng(0).uniform(size=(10, 6)).astype("float32")
LABELS = np.arange(10) % 3
FIELDS = Fields.of_model((6,), (3,))
LAZY = ["memmap", "h5py", "xarray", "sparse matrix", "sparse array"]


@pytest.fixture
def no_memory(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 100)


@pytest.mark.parametrize("name", ARRAYS)
def test_split_take_and_batches(name, tmp_path):
    prepared = prepare(ARRAYS[name](X, tmp_path), FIELDS, condition=LABELS)
    first, last = prepared.split(0.3)
    assert (len(first), len(last)) == (7, 3)
    for part, rows in ((first, slice(0, 7)), (last, slice(7, 10))):
        np.testing.assert_allclose(np.asarray(part.inputs["x"]), X[rows], rtol=1e-6)
        np.testing.assert_array_equal(part.inputs["condition"], LABELS[rows])
    rows = [8, 0, 8, 3]
    np.testing.assert_allclose(prepared.take(rows)["x"], X[rows], rtol=1e-6)
    np.testing.assert_allclose(last.take([2, 0])["x"], X[[9, 7]], rtol=1e-6)
    sizes = [len(batch["condition"]) for batch in prepared.batches(4)]
    assert sizes == [4, 4, 2]


@pytest.mark.parametrize("fraction, message", [(1.5, "0 < validation_split < 1"), (0.99, "empty")])
def test_bad_splits(fraction, message):
    with pytest.raises(ValueError, match=message):
        prepare(X, FIELDS, condition=0).split(fraction)


@pytest.mark.parametrize("name", LAZY)
def test_files_that_do_not_fit_are_read_in_batches(name, tmp_path, no_memory):
    prepared = prepare(ARRAYS[name](X, tmp_path), FIELDS, condition=LABELS)
    assert prepared.is_lazy and not prepared.fits_in_memory
    with pytest.raises(ValueError, match="x takes .* GB in memory, more than 0.5 of what is free"):
        prepared.inputs  # noqa: B018
    data = prepared.for_keras(batch_size=4)
    assert isinstance(data, keras.utils.PyDataset) and data.num_batches == 3
    batches = [data[i][0] for i in range(3)]
    np.testing.assert_array_equal(np.concatenate([b["x"] for b in batches]), X)
    np.testing.assert_array_equal(np.concatenate([b["condition"] for b in batches]), LABELS)


def test_their_rows_are_shuffled_anew_in_each_epoch(tmp_path, no_memory):
    prepared = prepare(ARRAYS["h5py"](X, tmp_path), Fields.of_model((6,)))
    data, again = (prepared.for_keras(batch_size=4, seed=1) for _ in range(2))
    orders = []
    for _ in range(2):
        rows = np.concatenate([data[i][0] for i in range(3)])
        np.testing.assert_array_equal(rows, np.concatenate([again[i][0] for i in range(3)]))
        np.testing.assert_array_equal(np.sort(rows, axis=0), np.sort(X, axis=0))
        orders.append(rows)
        data.on_epoch_end()
        again.on_epoch_end()
    assert np.any(orders[0] != orders[1])


def test_files_that_fit_are_read_once(tmp_path):
    prepared = prepare(ARRAYS["h5py"](X, tmp_path), Fields.of_model((6,)))
    np.testing.assert_array_equal(prepared.for_keras(), X)


def test_arrays_in_memory_are_handed_on_whatever_is_free(no_memory):
    assert prepare(X, Fields.of_model((6,))).for_keras() is X


def test_checks_read_files_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("keras_vae.inputs.sources.CHUNK", 18)
    asked = []

    class Watched(h5py.Dataset):
        def __getitem__(self, rows):
            asked.append(rows)
            return super().__getitem__(rows)

    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["x"] = X.astype(">f8")
        prepared = prepare(Watched(file["x"].id), Fields.of_model((6,)))
        assert [(rows.start, rows.stop) for rows in asked] == [(0, 3), (3, 6), (6, 9), (9, 10)]
        np.testing.assert_array_equal(prepared.take([9, 1]), X[[9, 1]])
        assert prepared.nbytes == X.nbytes  # as float32


def test_integers_are_widened_batch_by_batch():
    bytes_ = (255 * X).astype("uint8")
    prepared = prepare(bytes_, Fields.of_model((6,)))
    assert prepared.inputs is bytes_
    assert all(batch["x"].dtype == "float32" for batch in prepared.batches(4))


def test_available_memory_is_known_on_linux():
    available = memory.available_bytes()
    assert available is None or available > 2**20
