"""Every container passes the same checks, and good data come out the same."""

import numpy as np
import pytest
from containers import ARRAYS, STREAMS

from keras_vae import likelihoods
from keras_vae.inputs import Adapter, Fields, adapters, prepare, register_adapter

X = np.random.default_rng(0).integers(0, 2, (8, 6)).astype("float32")
BERNOULLI = likelihoods.Bernoulli()
FIELDS = Fields.of_model((6,))


def with_value(value):
    x = X.copy()
    x[3, 2] = value
    return x


#: what is wrong with the data, as every container must say it
BAD = {
    "shape": (X[:, :5], "x must have the shape (n, 6). Received: x of shape (8, 5)"),
    "NaN": (
        with_value(np.nan),
        "x must be finite. Received: 1 values that are NaN or infinite, the first in x[3]",
    ),
    "infinity": (with_value(np.inf), "x must be finite. Received: 1 values"),
    "8-bit": (
        255 * X,
        "The likelihood Bernoulli needs x in [0, 1]. Received: values from 0 to 255. "
        "Divide 8-bit images by 255.",
    ),
    "standardised": (
        X - 0.5,
        "The likelihood Bernoulli needs x in [0, 1]. Received: values from -0.5 to 0.5. Scale x",
    ),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_good_arrays_come_out_the_same(name, tmp_path):
    prepared = prepare(ARRAYS[name](X, tmp_path), FIELDS, likelihood=BERNOULLI)
    assert prepared.is_arrays and len(prepared) == 8
    np.testing.assert_array_equal(np.asarray(prepared.take(np.arange(8))), X)
    (batch,) = prepared.batches(10)
    assert batch["x"].dtype == "float32" and batch["x"].dtype.isnative
    np.testing.assert_array_equal(batch["x"], X)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", ARRAYS)
def test_bad_arrays_get_the_same_error(name, kind, tmp_path):
    x, message = BAD[kind]
    with pytest.raises(ValueError) as error:
        prepare(ARRAYS[name](x, tmp_path), FIELDS, likelihood=BERNOULLI)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("name", STREAMS)
def test_good_batches_come_out_the_same(name):
    prepared = prepare(STREAMS[name]([X[:3], X[3:6], X[6:]]), FIELDS, likelihood=BERNOULLI)
    assert not prepared.is_arrays
    batches = list(prepared.batches(5))
    assert [len(batch["x"]) for batch in batches] == [5, 3]
    np.testing.assert_array_equal(np.concatenate([batch["x"] for batch in batches]), X)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("name", STREAMS)
def test_bad_batches_get_the_same_error(name, kind):
    x, message = BAD[kind]
    # TensorFlow makes an error of its own of what its pipelines raise.
    for consume in (lambda p: list(p.batches(4)), lambda p: list(p.for_keras())):
        with pytest.raises(Exception) as error:
            consume(prepare(STREAMS[name]([x]), FIELDS, likelihood=BERNOULLI))
        # A declared shape is refused before there is a batch.
        assert message in str(error.value).replace("(None, 5)", "(8, 5)")


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int16", "int64", "float16", "float64", ">i4"])
def test_dtypes(dtype):
    prepared = prepare(X.astype(dtype), FIELDS, likelihood=BERNOULLI)
    (batch,) = prepared.batches(8)
    np.testing.assert_array_equal(batch["x"], X)
    assert np.asarray(prepared.inputs).dtype.isnative


def test_long_doubles_and_unsigned_words():
    for dtype in ("longdouble", "uint16", "uint32", "uint64"):
        assert prepare(X.astype(dtype), FIELDS).inputs.dtype == "float32"


def test_wide_integers_do_not_wrap():
    x = np.full((4, 6), 3_000_000_000, "int64")
    inputs = prepare(x, FIELDS, likelihood=likelihoods.Normal()).inputs
    assert inputs.dtype == "float32" and np.all(inputs == 3e9)


def test_a_tensor_of_the_backend_stays_where_it_is():
    import keras

    tensor = keras.ops.convert_to_tensor(X)
    assert prepare(tensor, FIELDS, likelihood=BERNOULLI).inputs is tensor
    (batch,) = prepare(iter([tensor]), FIELDS, likelihood=BERNOULLI).for_keras()
    assert batch[0] is tensor


REFUSED = {
    "masked": (
        lambda: np.ma.array(X, mask=X == 1),
        "must not be a masked array, for its mask is not looked at. Received: ",
    ),
    "strings": (lambda: np.full((3, 6), "a"), "must hold numbers. Received: x of dtype <U1. Enc"),
    "objects": (lambda: np.full((3, 6), None), "must hold numbers. Received: x of dtype object"),
    "complex": (lambda: X.astype(complex), "must hold numbers. Received: x of dtype complex128"),
    "times": (lambda: X.astype("datetime64[s]"), "must hold numbers. Received: x of dtype datet"),
    "records": (lambda: np.zeros(3, [("a", "f4")]), "must have the shape (n, 6)"),
    "ragged list": (lambda: [[1.0], [1.0, 2.0]], "of type list with parts of several shapes"),
    "tuple": (lambda: (X, X), "an array, a tensor, or a data set of batches. Received: x of type"),
    "text": (lambda: "x.npy", "or a data set of batches. Received: x of type str"),
    "nothing": (lambda: None, "must be an array, a tensor, or a data set"),
    "a number": (lambda: np.float32(0.5), "must have the shape (n, 6). Received: x of shape ()"),
    "no examples": (lambda: X[:0], "must hold at least one example. Received: (0, 6)"),
    "one example": (lambda: X[0], "For a single example, pass a batch of one: x[None]"),
    "a missing axis": (lambda: X[..., None], "reshape to (-1, 6)"),
    "too large": (lambda: np.full((2, 6), 1e300), "finite in float32"),
    "symbolic": (lambda: __import__("keras").Input((6,)), "of type KerasTensor. It is symbolic"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_hint(name):
    make, message = REFUSED[name]
    with pytest.raises(ValueError) as error:
        prepare(make(), FIELDS, likelihood=BERNOULLI)
    assert message in str(error.value) and str(error.value).startswith("x ")


def test_what_has_a_cure_names_it(tmp_path):
    tf, torch = pytest.importorskip("tensorflow"), pytest.importorskip("torch")
    import h5py

    cures = {
        "to_tensor()": tf.RaggedTensor.from_row_lengths([1.0, 2.0], [1, 1]),
        "tf.sparse.to_dense(x)": tf.sparse.from_dense(X),
        "x.to_dense()": torch.from_numpy(X).to_sparse(),
        "DataLoader(x, batch_size=32)": torch.utils.data.TensorDataset(torch.from_numpy(X)),
        "Choose a dataset of it": h5py.File(tmp_path / "x.h5", "w"),
    }
    for cure, value in cures.items():
        with pytest.raises(ValueError) as error:
            prepare(value, FIELDS)
        assert cure in str(error.value)


def test_tables_name_the_columns_that_are_no_numbers():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    for frame in (pd.DataFrame, pl.DataFrame):
        table = frame({"age": [1.0, 2.0], "city": ["a", "b"]})
        with pytest.raises(ValueError, match="x must hold numbers.*columns 'city' .*Leave them"):
            prepare(table, Fields.of_model((2,)))


def test_tables_of_mixed_and_nullable_columns():
    pd, pl = pytest.importorskip("pandas"), pytest.importorskip("polars")
    columns = {"a": [1, 2], "b": [True, False], "c": [0.5, 1.5]}
    for frame in (pd.DataFrame(columns), pl.DataFrame(columns)):
        x = prepare(frame, Fields.of_model((3,))).inputs
        np.testing.assert_array_equal(x, [[1, 1, 0.5], [2, 0, 1.5]])
    nullable = pd.DataFrame({"a": pd.array([1, 2], "Int64"), "b": pd.array([True, False])})
    np.testing.assert_array_equal(prepare(nullable, Fields.of_model((2,))).inputs, [[1, 1], [2, 0]])
    missing = pd.DataFrame({"a": pd.array([1, None], "Int64"), "b": pd.array([True, False])})
    for frame in (missing, pl.DataFrame({"a": [1, None], "b": [0, 1]})):
        with pytest.raises(ValueError, match=r"must be finite. Received: 1 values.*x\[1\]"):
            prepare(frame, Fields.of_model((2,)))


def test_a_new_container_is_one_entry(monkeypatch):
    class Tape:
        def __init__(self, x):
            self.x = x

    monkeypatch.setattr(adapters, "ADAPTERS", list(adapters.ADAPTERS))
    package = Tape.__module__.split(".")[0]
    register_adapter(
        Adapter(package, ("Tape",), lambda tape, name: adapters.read_array(tape.x, name))
    )
    np.testing.assert_array_equal(prepare(Tape(X), FIELDS).inputs, X)
    with pytest.raises(ValueError, match="needs x in"):
        prepare(Tape(255 * X), FIELDS, likelihood=BERNOULLI)


def test_what_has_been_prepared_passes():
    prepared = prepare(X, FIELDS)
    assert prepare(prepared, FIELDS) is prepared
