"""Named fields beside x: conditions by labels and rows, masks, lengths, factors."""

import numpy as np
import pytest
from containers import STREAMS

from keras_vae.inputs import Field, Fields, prepare

X = np.random.default_rng(0).uniform(size=(8, 6)).astype("float32")
LABELS = np.arange(8) % 3
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
FIELDS = Fields.of_model((6,), (3,))
CURE = "may be one row for all examples, or as many labels"


def condition_of(value, fields=FIELDS, x=X):
    return prepare(x, fields, condition=value).inputs["condition"]


def series(library):
    return lambda: pytest.importorskip(library).Series(LABELS)


FORMS = {
    "(n,)": lambda: LABELS,
    "(n, 1)": lambda: LABELS[:, None],
    "floats": lambda: LABELS.astype("float64"),
    "bytes": lambda: LABELS.astype("uint8"),
    "big-endian": lambda: LABELS.astype(">i8"),
    "list": lambda: LABELS.tolist(),
    "tuple": lambda: tuple(LABELS.tolist()),
    "pandas": series("pandas"),
    "polars": series("polars"),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_in_every_form(form):
    labels = condition_of(FORMS[form]())
    assert labels.dtype == "int32"
    np.testing.assert_array_equal(labels, LABELS)
    as_dict = prepare({"x": X, "condition": FORMS[form]()}, FIELDS).inputs
    np.testing.assert_array_equal(as_dict["condition"], LABELS)


def test_rows_stay_rows():
    np.testing.assert_array_equal(condition_of(ONE_HOT), ONE_HOT)
    np.testing.assert_array_equal(condition_of(ONE_HOT.tolist()), ONE_HOT)


def test_one_condition_for_all():
    for label in (2, np.int64(2), np.array(2), 2.0):
        np.testing.assert_array_equal(condition_of(label), np.full(8, 2))
    image = np.random.default_rng(1).uniform(size=(2, 3))
    of_images = condition_of(image, Fields.of_model((6,), (2, 3)))
    np.testing.assert_allclose(of_images, np.broadcast_to(image, (8, 2, 3)), rtol=1e-6)
    of_numbers = condition_of(0.5, Fields.of_model((6,), (1,)))
    np.testing.assert_array_equal(of_numbers, np.full((8, 1), 0.5))


BAD = {
    "one-hot row": (np.eye(3)[1], f"{CURE}. Pass one label for all, condition=1; a row"),
    "row of integers": (np.eye(3, dtype=int)[1], "condition=1; a row for each example, np.tile("),
    "row of numbers": (np.array([0.3, 1.2, 4.0]), f"{CURE}. Pass a row for each example"),
    "from 1": (LABELS + 1, "integers from 0 to 2. Received: values from 1 to 3. Count classes fro"),
    "below": (LABELS - 1, "integers from 0 to 2. Received: values from -1 to 1. This model needs"),
    "one label": (3, "integers from 0 to 2. Received: values from 3 to 3"),
    "halves": (LABELS / 2, "integers from 0 to 2"),
    "strings": (np.array(list("abcabcab")), "condition must hold numbers. Received: condition of"),
    "rows": (LABELS[:5], "condition needs a row for each row of x. Received: 5 rows of condition "),
    "width": (ONE_HOT[:, :2], "condition must have the shape (n, 3). Received: condition of shape"),
    "NaN": (ONE_HOT * np.nan, "condition must be finite. Received: 24 values"),
    "NaN label": (LABELS * np.nan, "condition must be finite. Received: 8 values"),
    "missing": (None, "The model is conditional, with condition_shape=(3,): pass condition=, or"),
    "empty": (LABELS[:0], "condition must hold at least one example"),
    "object": (object(), "condition must be an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_conditions(name):
    value, message = BAD[name]
    with pytest.raises(ValueError) as error:
        condition_of(value)
    assert message in str(error.value)


def test_as_many_rows_as_classes():
    """Integers are labels; floats that look like one row are not guessed at."""
    np.testing.assert_array_equal(condition_of(np.array([0, 0, 1]), x=X[:3]), [0, 0, 1])
    np.testing.assert_array_equal(condition_of(np.array([0.0, 1.0, 2.0]), x=X[:3]), [0, 1, 2])
    with pytest.raises(ValueError, match=CURE):
        condition_of(np.array([0.0, 0.0, 1.0]), x=X[:3])


def test_without_a_number_of_rows():
    """As `generate(condition=...)` has it."""
    (field,) = FIELDS.others
    np.testing.assert_array_equal(field.read([0, 1, 2, 1]).whole(), [0, 1, 2, 1])
    with pytest.raises(ValueError, match=CURE):
        field.read(np.eye(3)[1])
    with pytest.raises(ValueError, match="as one value for all needs the number of examples"):
        field.read(1)
    np.testing.assert_array_equal(field.read(1, num_rows=4).whole(), [1, 1, 1, 1])


def test_labels_that_may_be_missing():
    fields = Fields.of_model((6,), (3,), min_label=-1)
    np.testing.assert_array_equal(condition_of(LABELS - 1, fields), LABELS - 1)
    with pytest.raises(ValueError, match="from -1 to 2.*Cast the labels to int"):
        condition_of((LABELS - 1).astype("uint8"), fields)


def test_a_condition_once_and_only_where_there_is_one():
    with pytest.raises(ValueError, match="Give the condition once"):
        prepare({"x": X, "condition": LABELS}, FIELDS, condition=LABELS)
    with pytest.raises(ValueError, match="The model has no condition: make it with condition_sha"):
        prepare(X, Fields.of_model((6,)), condition=LABELS)
    with pytest.raises(ValueError, match=r'must be an array, or a dict with "x" and "condition"'):
        prepare({"images": X}, FIELDS)
    np.testing.assert_array_equal(prepare({"x": X}, Fields.of_model((6,))).inputs, X)


@pytest.mark.parametrize("name", sorted(set(STREAMS) - {"tf.data of unknown rank"}))
def test_conditions_in_data_sets(name):
    batches = [{"x": X[i : i + 4], "condition": LABELS[i : i + 4]} for i in (0, 4)]
    prepared = prepare(STREAMS[name](batches), FIELDS)
    (joined,) = prepared.batches(8)
    np.testing.assert_array_equal(joined["condition"], LABELS)
    for shift, message in ((1, "integers from 0 to 2"), (np.nan, "condition must be finite")):
        bad = [{**batch, "condition": (batch["condition"] + shift)} for batch in batches]
        for consume in (lambda p: list(p.batches(4)), lambda p: list(p.for_keras())):
            with pytest.raises(Exception, match=message):
                consume(prepare(STREAMS[name](bad), FIELDS))


@pytest.mark.parametrize("name", STREAMS)
def test_one_condition_beside_a_data_set(name):
    prepared = prepare(STREAMS[name]([X[:4], X[4:]]), FIELDS, condition=2)
    (joined,) = prepared.batches(8)
    np.testing.assert_array_equal(joined["condition"], np.full(8, 2))
    first = next(iter(prepare(STREAMS[name]([X[:4], X[4:]]), FIELDS, condition=2).for_keras()))
    np.testing.assert_array_equal(np.asarray(first[0]["condition"]), np.full(4, 2))


def test_further_fields():
    fields = Fields(
        "x",
        (6,),
        [
            Field("mask", (6,), "mask", optional=True),
            Field("length", (), "length", max_length=6, optional=True),
            Field("size_factor", (1,), default=1.0),
        ],
    )
    inputs = prepare(X, fields).inputs
    assert set(inputs) == {"x", "size_factor"} and np.all(inputs["size_factor"] == 1)
    given = prepare({"x": X, "mask": X > 0.5}, fields, length=LABELS).inputs
    assert given["mask"].dtype == bool and given["length"].dtype == "int32"
    for name, value, message in (
        ("mask", X, "mask must hold 0 and 1, or bools"),
        ("length", LABELS + 5, "length must hold integers from 0 to 6. Received: values from 5"),
        ("length", LABELS + 0.5, "length must hold integers from 0 to 6"),
    ):
        with pytest.raises(ValueError, match=message):
            prepare(X, fields, **{name: value})
    needed = Fields("x", (6,), [Field("mask", (6,), "mask")])
    with pytest.raises(ValueError, match="The model needs mask of shape .6,. for each example"):
        prepare(X, needed)
