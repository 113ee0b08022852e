"""Supports with rounding at their ends, levels, counts, scale; and what it costs to look."""

import math
import tracemalloc
import warnings

import numpy as np
import pytest

from keras_vae import likelihoods
from keras_vae.inputs import Fields, Limits, prepare
from keras_vae.inputs.kinds import Policy, check_data
from keras_vae.inputs.sources import CHUNK, Held

X = np.random.default_rng(0).uniform(0.02, 0.98, (8, 6))
FIELDS = Fields.of_model((6,))


def with_value(value, dtype="float64"):
    x = X.astype(dtype)
    x[3, 2] = value
    return x


def checked(x, limits):
    return check_data(Held(x), x.shape[1:], "x", Policy(limits)).whole()


@pytest.mark.parametrize(
    "value, dtype",
    [
        (1.0 + 2.3e-16, "float64"),
        (-1e-17, "float64"),
        (np.nextafter(np.float32(1), np.float32(2)), "float32"),
        (1.0000005, "float32"),
        (1.001, "float16"),
        (-1e-4, "float16"),
    ],
)
def test_rounding_at_the_ends_is_set_to_the_end(value, dtype):
    x = with_value(value, dtype)
    inputs = prepare(x, FIELDS, likelihood=likelihoods.Bernoulli()).inputs
    assert inputs.min() >= 0 and inputs.max() <= 1
    assert inputs[3, 2] == round(float(value))
    assert x[3, 2] == np.dtype(dtype).type(value)  # the user's array is not changed
    (batch,) = prepare(iter([x]), FIELDS, likelihood=likelihoods.Bernoulli()).batches(8)
    np.testing.assert_array_equal(batch["x"], inputs)


def test_min_max_scaled_table():
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    datasets = pytest.importorskip("sklearn.datasets")
    x = preprocessing.MinMaxScaler().fit_transform(datasets.load_breast_cancer().data)
    assert x.max() > 1
    prepared = prepare(x, Fields.of_model((30,)), likelihood=likelihoods.Bernoulli())
    assert prepared.inputs.max() == 1


@pytest.mark.parametrize("value", [1.07, -0.01, 1.00001])
def test_what_is_outside_is_refused_with_its_value(value):
    with pytest.raises(ValueError) as error:
        prepare(with_value(value), FIELDS, likelihood=likelihoods.Bernoulli())
    assert repr(value) in str(error.value)
    # No density is asked for.
    assert prepare(with_value(value), FIELDS).inputs.shape == (8, 6)


HINTS = {
    "8-bit": (likelihoods.Bernoulli(), np.round(255 * X), "Divide 8-bit images by 255."),
    "resized 8-bit": (likelihoods.Bernoulli(), 255 * X, "Divide 8-bit images by 255."),
    "token ids": (likelihoods.Categorical(20), np.round(19 * X), "one-hot rows"),
    "levels": (likelihoods.DiscretizedLogistic(4), np.round(3 * X), "Divide the numbers of levels"),
    "standardised": (likelihoods.Bernoulli(), X - 0.5, 'such as "shared_normal"'),
    "scaled elsewhere": (likelihoods.Bernoulli(), X + 0.1, "np.clip(x, 0, 1)"),
    "between levels": (
        likelihoods.Categorical(5),
        X,
        "needs x on the levels k / 4. Received: values up to 0.",
    ),
}


@pytest.mark.parametrize("name", HINTS)
def test_hints_name_the_cause(name):
    likelihood, x, hint = HINTS[name]
    with pytest.raises(ValueError) as error:
        prepare(x, FIELDS, likelihood=likelihood)
    assert hint in str(error.value)
    assert ("8-bit" in str(error.value)) == ("8-bit" in name)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_levels_of_8_bit_images_are_known_in_every_float(dtype):
    x = (np.arange(256) / 255).astype(dtype)[None]
    prepare(x, Fields.of_model((256,)), likelihood=likelihoods.Categorical(256))


COUNTS = Limits("Poisson", 0.0, math.inf, None, True)


def test_counts():
    np.testing.assert_array_equal(checked(np.array([[0, 3], [7, 1]]), COUNTS), [[0, 3], [7, 1]])
    checked(np.array([[0.0, 3.0], [1e6, 1.0]]), COUNTS)
    with pytest.raises(ValueError, match="Poisson needs x as whole numbers.*0.50 off.*as they"):
        checked(np.array([[0.5, 3.0]]), COUNTS)
    with pytest.raises(ValueError, match=r"Poisson needs x in \[0, inf\]. Received: .* -1"):
        checked(np.array([[-1, 3]]), COUNTS)


@pytest.mark.parametrize(
    "support, expected",
    [
        (None, (-math.inf, math.inf)),
        ((0.0, None), (0.0, math.inf)),
        ((None, 1), (-math.inf, 1.0)),
        ((0.0, math.inf), (0.0, math.inf)),
    ],
)
def test_supports_may_be_open(support, expected):
    likelihood = likelihoods.Likelihood()
    likelihood.support = support
    assert Limits.of(likelihood)[1:3] == expected


def test_bad_values_are_counted_over_all_pieces():
    x = np.zeros((3 * CHUNK // 64, 64), "float32")
    x[[10, -1], 5] = np.nan, np.inf
    with pytest.raises(ValueError, match=r"Received: 2 values .* the first in x\[10\]"):
        prepare(x, Fields.of_model((64,)))


@pytest.mark.parametrize(
    "factor, shift, warned",
    [(1, 0, False), (1e5, 0, True), (1e-5, 0, True), (1e-5, 1, True), (0, 0, False), (0, 1, False)],
)
def test_data_far_from_unit_scale_are_warned_of(factor, shift, warned):
    x = factor * X + shift
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        prepare(x, FIELDS, likelihood=likelihoods.Normal(), warn_scale=True)
    assert len(said) == warned
    assert all("far from unit scale" in str(warning.message) for warning in said)


def test_no_warning_where_the_support_gives_the_scale():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        prepare(1e-6 * X, FIELDS, likelihood=likelihoods.Bernoulli(), warn_scale=True)
        prepare(1e5 * X, FIELDS, likelihood=likelihoods.Normal())


@pytest.mark.parametrize("likelihood", [likelihoods.DiscretizedLogistic(2), likelihoods.Normal()])
def test_the_check_takes_little_memory(likelihood):
    """24 times the data, as with three copies in float64, would be 800 MB."""
    x = np.zeros((32 * CHUNK // 64, 64), "uint8")
    tracemalloc.start()
    prepared = prepare(x, Fields.of_model((64,)), likelihood=likelihood, warn_scale=True)
    batches = sum(len(batch["x"]) for batch in prepared.batches(1024))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert batches == len(x) and prepared.inputs is x
    assert peak < 2 * x.nbytes
