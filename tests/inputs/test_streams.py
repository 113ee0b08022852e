"""Data sets of batches: empty ones, ends, forms of a batch, and what Keras is given."""

import pickle
import warnings

import keras
import numpy as np
import pytest
from containers import STREAMS, Sequence, needs_torch

from keras_vae import likelihoods
from keras_vae.inputs import Fields, prepare

X = np.random.default_rng(0).uniform(0.02, 0.98, (8, 6)).astype("float32")
LABELS = np.arange(8) % 3
FIELDS = Fields.of_model((6,))
BERNOULLI = likelihoods.Bernoulli()


def batches_of(*parts):
    return [X[first:last] for first, last in parts]


@pytest.mark.parametrize("name", STREAMS)
def test_empty_batches_are_refused(name):
    for consume in (lambda p: list(p.batches(4)), lambda p: list(p.for_keras())):
        with pytest.raises(Exception, match="x must hold at least one example"):
            consume(prepare(STREAMS[name](batches_of((0, 4), (4, 4))), FIELDS))


def without_batches(name):
    if name.startswith("tf.data"):
        tf = pytest.importorskip("tensorflow")
        return tf.data.Dataset.from_tensor_slices(X).batch(4).take(0)
    return STREAMS[name]([])


@pytest.mark.parametrize("name", sorted(set(STREAMS) - {"tf.data of unknown rank"}))
def test_data_sets_that_give_nothing(name):
    for consume in (lambda p: list(p.batches(4)), lambda p: list(p.for_keras())):
        with pytest.raises(ValueError, match="x must give at least one batch. Received: x of type"):
            consume(prepare(without_batches(name), FIELDS))


def test_data_sets_without_end():
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensor_slices(X).batch(4).repeat()
    prepared = prepare(data, FIELDS)
    assert prepared.num_batches == np.inf
    with pytest.raises(ValueError, match="x must end. Received: a data set without end"):
        next(prepared.batches(4))
    (first,) = next(iter(prepared.for_keras()))
    assert first.shape == (4, 6)


def test_single_examples_in_a_data_set():
    tf = pytest.importorskip("tensorflow")
    with pytest.raises(ValueError, match=r"batches, not single examples: dataset.batch\(32\)"):
        prepare(tf.data.Dataset.from_tensor_slices(X), FIELDS)
    with pytest.raises(ValueError, match="batches, not single examples"):
        list(prepare(iter(X), FIELDS).batches(4))


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: (x,), lambda x: [x], lambda x: {"x": x}])
@pytest.mark.parametrize("name", sorted(set(STREAMS) - {"tf.data of unknown rank"}))
def test_forms_of_a_batch(name, wrap):
    wrapped = [wrap(batch) for batch in batches_of((0, 4), (4, 8))]
    if name.startswith("tf.data") and isinstance(wrapped[0], list):
        pytest.skip("lists are tensors there")
    given = list(prepare(STREAMS[name](wrapped), FIELDS).for_keras())
    assert all(isinstance(batch, tuple) and len(batch) == 1 for batch in given)
    x = [keras.ops.convert_to_numpy(batch[0]).reshape(-1, 6) for batch in given]
    np.testing.assert_array_equal(np.concatenate(x), X)


def test_batches_of_tables():
    pd = pytest.importorskip("pandas")
    frames = (pd.DataFrame(batch) for batch in batches_of((0, 4), (4, 8)))
    (batch,) = prepare(frames, FIELDS).batches(8)
    np.testing.assert_array_equal(batch["x"], X)


def test_sparse_batches_are_dense_for_keras():
    sparse = pytest.importorskip("scipy.sparse")
    (batch,) = prepare(iter([sparse.csr_matrix(X)]), FIELDS).for_keras()
    np.testing.assert_array_equal(batch[0], X)


def test_batches_that_are_not_finite_may_pass():
    """The run's own guard stops it and brings its last good weights back; labels never pass."""
    x = np.where(X > 0.5, np.nan, X)
    (batch,) = prepare(iter([x]), FIELDS, likelihood=BERNOULLI, finite_batches=False).for_keras()
    np.testing.assert_array_equal(batch[0], x.astype("float32"))
    with pytest.raises(ValueError, match="x must be finite"):
        prepare(x, FIELDS, finite_batches=False)
    fields = Fields.of_model((6,), (3,))
    bad = iter([{"x": X, "condition": LABELS * np.nan}])
    with pytest.raises(ValueError, match="condition must be finite"):
        list(prepare(bad, fields, finite_batches=False).for_keras())


def test_a_data_set_in_a_dict_is_refused():
    with pytest.raises(ValueError, match="be a data set of batches that are dicts"):
        prepare({"x": iter([X])}, FIELDS)


@pytest.mark.parametrize("rows", [1, 4, 8])
def test_arrays_beside_a_data_set_are_refused(rows):
    # Even where they fit each batch: which rows belong to which is not known.
    fields = Fields.of_model((6,), (3,))
    with pytest.raises(ValueError, match="brings its own condition for each example"):
        prepare(iter([X[:4], X[4:]]), fields, condition=LABELS[:rows])


class Epochs(Sequence):
    begun = ended = 0

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


def test_py_datasets_keep_their_ways():
    data = Epochs(batches_of((0, 4), (4, 8)), workers=2, max_queue_size=3)
    prepared = prepare(data, FIELDS)
    checked = prepared.for_keras()
    assert (checked.workers, checked.max_queue_size, checked.num_batches) == (2, 3, 2)
    checked.on_epoch_begin()
    checked.on_epoch_end()
    assert (data.begun, data.ended) == (1, 1)
    list(prepared.batches(4))
    assert (data.begun, data.ended) == (2, 2)
    assert list(pickle.loads(pickle.dumps(checked.check))((X,))[0].shape) == [8, 6]


def test_the_first_batch_of_a_py_dataset_is_checked_at_once():
    with pytest.raises(ValueError, match="Divide 8-bit images by 255"):
        prepare(Sequence([255 * X]), FIELDS, likelihood=BERNOULLI)


@needs_torch
def test_the_users_loader_is_left_as_it_was():
    loader = STREAMS["loader"](batches_of((0, 4), (4, 8)))
    list(prepare(loader, FIELDS).for_keras())
    assert [type(batch).__name__ for batch in loader] == ["Tensor", "Tensor"]


@needs_torch
def test_workers_of_a_loader_can_unpickle_the_check():
    loader = prepare(STREAMS["loader"]([X]), FIELDS, likelihood=BERNOULLI).for_keras()
    collate = pickle.loads(pickle.dumps(loader.collate_fn))
    with pytest.raises(ValueError, match="Divide 8-bit images by 255"):
        collate(loader.dataset[0] * 255)


def test_tf_data_keeps_dtypes_that_are_small():
    tf = pytest.importorskip("tensorflow")
    bits = (X > 0.5).astype("uint8")
    data = prepare(tf.data.Dataset.from_tensors(bits), FIELDS, likelihood=BERNOULLI).for_keras()
    assert data.element_spec[0].dtype == tf.uint8 and data.element_spec[0].shape == (None, 6)
    wide = prepare(tf.data.Dataset.from_tensors(bits.astype("int64")), FIELDS).for_keras()
    assert wide.element_spec[0].dtype == tf.float32


def test_tf_data_with_fields_of_unknown_shape():
    tf = pytest.importorskip("tensorflow")
    fields = Fields.of_model((6,), (3,))
    data = tf.data.Dataset.from_tensors({"x": X, "condition": LABELS})
    shapeless = data.map(
        lambda b: {"x": b["x"], "condition": tf.py_function(lambda a: a, [b["condition"]], "int64")}
    )
    with pytest.raises(ValueError, match="condition must have a known shape.*tf.ensure_shape"):
        prepare(shapeless, fields)


def test_tf_data_of_ragged_or_sparse_tensors():
    tf = pytest.importorskip("tensorflow")
    for tensor in (tf.RaggedTensor.from_row_lengths([1.0, 2.0], [1, 1]), tf.sparse.from_dense(X)):
        with pytest.raises(ValueError, match="x must be dense tensors in a data set"):
            prepare(tf.data.Dataset.from_tensors(tensor), FIELDS)


def test_no_warning_of_scale_from_batches():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = prepare(iter([1e5 * X]), FIELDS, likelihood=likelihoods.Normal(), warn_scale=True)
        list(data.for_keras())
