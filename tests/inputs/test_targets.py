"""y beside x: the clean data of a noisy x, or labels, told apart by shape."""

import keras
import numpy as np
import pytest
from containers import STREAMS

from keras_vae import likelihoods
from keras_vae.inputs import Fields, prepare

CLEAN = np.random.default_rng(0).integers(0, 2, (8, 6)).astype("float32")
NOISY = CLEAN + np.float32(0.3)
LABELS = np.arange(8) % 3
FIELDS = Fields.of_model((6,))
BERNOULLI = likelihoods.Bernoulli()


def test_y_of_the_shape_of_x_is_the_target():
    prepared = prepare(NOISY, FIELDS, CLEAN, likelihood=BERNOULLI)
    np.testing.assert_array_equal(prepared.target.whole(), CLEAN)
    np.testing.assert_array_equal(prepared.inputs["x"], NOISY)
    np.testing.assert_array_equal(prepared.inputs["target"], CLEAN)


def test_the_support_is_asked_of_the_target():
    with pytest.raises(ValueError, match=r"needs y in \[0, 1\]"):
        prepare(CLEAN, FIELDS, NOISY, likelihood=BERNOULLI)
    with pytest.raises(ValueError, match=r"needs x in \[0, 1\]"):
        prepare(NOISY, FIELDS, LABELS, likelihood=BERNOULLI)


def test_x_itself_is_no_other_target():
    assert prepare(CLEAN, FIELDS, CLEAN).target is None


LABEL_FORMS = {
    "(n,)": LABELS,
    "(n, 1)": LABELS[:, None],
    "strings": np.array(list("abcabcab")),
    "list": LABELS.tolist(),
    "one-hot": np.eye(3)[LABELS],
}


@pytest.mark.parametrize("form", LABEL_FORMS)
def test_labels_are_not_used(form):
    prepared = prepare(CLEAN, FIELDS, LABEL_FORMS[form])
    assert prepared.target is None
    assert isinstance(prepared.inputs, np.ndarray)


def test_attributes_beside_images_are_labels():
    fields = Fields.of_model((2, 3))
    attributes = np.random.default_rng(0).normal(size=(8, 4))
    assert prepare(CLEAN.reshape(8, 2, 3), fields, attributes).target is None


BAD = {
    "width": (CLEAN[:, :5] + 0.1, "y must have the shape (n, 6). Received: y of shape (8, 5)"),
    "axes": (CLEAN.reshape(8, 2, 3), "reshape to (-1, 6)?. y is the clean data of a noisy x, or"),
    "rows": (CLEAN[:5], "y needs a row for each row of x. Received: y of shape (5, 6) for 8 rows"),
    "labels": (LABELS[:5], "y needs a row for each row of x. Received: y of shape (5,) for 8"),
    "NaN": (CLEAN * np.nan, "y must be finite"),
    "dict": ({"a": LABELS}, "y must be an array"),
}


@pytest.mark.parametrize("name", BAD)
def test_all_else_is_refused(name):
    y, message = BAD[name]
    with pytest.raises(ValueError) as error:
        prepare(CLEAN, FIELDS, y)
    assert message in str(error.value)


def pairs(y):
    return [(NOISY[i : i + 4], y[i : i + 4]) for i in (0, 4)]


@pytest.mark.parametrize("name", sorted(set(STREAMS) - {"tf.data of unknown rank"}))
def test_pairs_in_data_sets(name):
    (joined,) = prepare(STREAMS[name](pairs(CLEAN)), FIELDS, likelihood=BERNOULLI).batches(8)
    np.testing.assert_array_equal(joined["x"], NOISY)
    np.testing.assert_array_equal(joined["target"], CLEAN)
    prepared = prepare(STREAMS[name](pairs(CLEAN)), FIELDS, likelihood=BERNOULLI)
    (inputs,) = next(iter(prepared.for_keras()))
    target = keras.ops.convert_to_numpy(inputs["target"])
    np.testing.assert_array_equal(target.reshape(4, 6), CLEAN[:4])
    (joined,) = prepare(STREAMS[name](pairs(LABELS)), FIELDS).batches(8)
    assert set(joined) == {"x"}


def test_y_beside_a_data_set_is_refused():
    with pytest.raises(ValueError, match="brings its own y"):
        prepare(iter([NOISY]), FIELDS, CLEAN)
