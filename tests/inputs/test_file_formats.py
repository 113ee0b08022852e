"""Files of other libraries as data: Parquet, TFRecord, HDF5, Grain. They train as arrays do."""

import keras
import numpy as np
import pytest
from checks import BACKEND, without_noise
from toys import grey, small_vae

from keras_vae import datasets
from keras_vae.engine import streamed_data
from keras_vae.inputs import memory, read_array

X = grey(40)
SETTINGS = {"shuffle": False, "verbose": 0}


def loss(data, **kwargs):
    """The loss of an epoch of batches of 8 rows in order, and of the weights behind it."""
    keras.utils.set_random_seed(0)
    vae = without_noise(small_vae())
    first = vae.fit(data, **SETTINGS, **kwargs).history["loss"][0]
    return first, vae.evaluate(X, batch_size=40, verbose=0)[0]


def equals_the_array(data, **kwargs):
    np.testing.assert_allclose(loss(data, **kwargs), loss(X, batch_size=8), rtol=1e-5)


@pytest.fixture
def parquet(tmp_path):
    """Two files of groups of 6 rows: a column of lists, one of numbers."""
    arrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, x in zip(paths, (X[:22], X[22:]), strict=True):
        table = arrow.table({"pixels": list(x), "first": x[:, 0], "name": ["a"] * len(x)})
        parquet.write_table(table, path, row_group_size=6)
    return paths


@pytest.mark.skipif(BACKEND != "torch", reason="reading needs no backend")
def test_parquet_rows_are_an_array(parquet):
    x = datasets.ParquetRows(parquet, "pixels", shape=(2, 3))
    assert x.shape == (40, 2, 3) and len(x) == 40 and x.dtype == "float32" and x.chunks[0] == 6
    whole = X.reshape(40, 2, 3)
    np.testing.assert_array_equal(x, whole)
    for rows in (slice(3, 31), slice(None), np.array([0, 5, 6, 21, 22, 39]), slice(4, 4), -1):
        np.testing.assert_array_equal(x[rows], whole[rows])
    both = datasets.ParquetRows(parquet[0], ["first", "pixels"])
    np.testing.assert_array_equal(both, np.concatenate([X[:22, :1], X[:22]], axis=1))


@pytest.mark.skipif(BACKEND != "torch", reason="reading needs no backend")
@pytest.mark.parametrize(
    "options, told",
    [
        ({"columns": "colour"}, "colour"),
        ({"columns": "name"}, "numbers"),
        ({"columns": "pixels", "shape": (7,)}, "shape"),
    ],
)
def test_bad_parquet_is_refused(parquet, options, told):
    with pytest.raises(ValueError, match=told):
        datasets.ParquetRows(parquet, **options)


def test_parquet_trains_in_memory_and_streamed(parquet, monkeypatch):
    x = datasets.ParquetRows(parquet, "pixels")
    equals_the_array(x, batch_size=8)
    monkeypatch.setattr(memory, "available_bytes", lambda: 100)
    monkeypatch.setattr(streamed_data, "CHUNK_BYTES", 16 * X[:1].nbytes)
    equals_the_array(x, batch_size=8)


@pytest.mark.skipif(BACKEND != "torch", reason="reading needs no backend")
def test_pieces_are_the_groups_of_the_file(tmp_path, parquet):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        data = file.create_dataset("x", data=X, chunks=(4, 6))
        assert read_array(data, "x").piece_rows == 4
        assert read_array(data, "x").then(lambda x: x + 1).piece_rows == 4
    assert read_array(datasets.ParquetRows(parquet, "pixels"), "x").piece_rows == 6


def test_records_of_tensorflow_train_on_every_backend(tmp_path):
    tf = pytest.importorskip("tensorflow")
    path = str(tmp_path / "x.tfrecord")
    with tf.io.TFRecordWriter(path) as writer:
        for row in X:
            feature = tf.train.Feature(float_list=tf.train.FloatList(value=row))
            example = tf.train.Example(features=tf.train.Features(feature={"x": feature}))
            writer.write(example.SerializeToString())
    kinds = {"x": tf.io.FixedLenFeature([6], tf.float32)}
    records = tf.data.TFRecordDataset(path).batch(8)
    equals_the_array(records.map(lambda batch: tf.io.parse_example(batch, kinds)["x"]))


def test_grain_trains_on_every_backend():
    grain = pytest.importorskip("grain")
    batches = grain.MapDataset.source(X).batch(8)
    equals_the_array(batches)
    equals_the_array(batches.to_iter_dataset())
    vae = small_vae()
    np.testing.assert_allclose(vae.encode(batches), vae.encode(X), rtol=1e-6)
    with pytest.raises(ValueError, match="shape"):
        loss(grain.MapDataset.source(X[:, :4]).batch(8))
