"""Data that no model can learn from: refused at the door of every method, with the reason."""

import itertools

import keras
import numpy as np
import pytest
from toys import grey, small_vae

from keras_vae import likelihoods, models

X = grey(8)
SHAPE = "must have the shape (n, 6)"
FINITE = "must be finite. Received: "
NUMBERS = "must hold numbers. Received: "
ARRAY = "must be an array"


@pytest.fixture(scope="module")
def vae():
    return small_vae()


def with_value(value, dtype="float32"):
    x = X.astype(dtype)
    x[3, 2] = value
    return x


# the data, and what the message must say behind the argument's name
BAD = {
    "another width": (X[:, :5], SHAPE, "of shape (8, 5)"),
    "an axis too many": (X[..., None], "reshape to (-1, 6)", "of shape (8, 6, 1)"),
    "one example": (X[0], SHAPE, "For a single example, pass a batch of one: x[None]"),
    "strings": (np.full((3, 6), "a"), NUMBERS, "dtype <U1"),
    "objects": (np.full((3, 6), None), NUMBERS, "dtype object"),
    "complex numbers": (X.astype(complex), NUMBERS, "dtype complex128"),
    "NaN": (with_value(np.nan), FINITE, "1 values that are NaN or infinite, the first in"),
    "infinity": (with_value(np.inf), FINITE, "[3]"),
    "minus infinity": (with_value(-np.inf), FINITE, "[3]"),
    "beyond float32": (with_value(1e300, "float64"), "finite in float32", "1e+300"),
    "no examples": (X[:0], "must hold at least one example", "(0, 6)"),
    "a ragged list": ([[1.0], [1.0, 2.0]], ARRAY, "of type list with parts of several shapes"),
    "a dict": ({"images": X}, ARRAY, "a dict with ['images']"),
    "nothing": (None, "must be", "None"),
}
METHODS = {
    "fit": lambda vae, x: vae.fit(x, verbose=0),
    "evaluate": lambda vae, x: vae.evaluate(x, verbose=0),
    "predict": lambda vae, x: vae.predict(x, verbose=0),
    "validation": lambda vae, x: vae.fit(X, validation_data=x, verbose=0),
    "validation in a tuple": lambda vae, x: vae.fit(X, validation_data=(x, None), verbose=0),
    "encode": lambda vae, x: vae.encode(x),
    "posterior": lambda vae, x: vae.posterior(x),
    "reconstruct": lambda vae, x: vae.reconstruct(x),
    "interpolate": lambda vae, x: vae.interpolate(x, x),
    "log_likelihood": lambda vae, x: vae.log_likelihood(x, 10),
}


# A fit without validation data is no error; the ends of a line have lengths.
FINE = {("nothing", "validation"), ("nothing", "interpolate")}
PAIRS = [pair for pair in itertools.product(BAD, METHODS) if pair not in FINE]


@pytest.mark.parametrize("name, method", PAIRS)
def test_refused(vae, name, method):
    x, expected, received = BAD[name]
    before = vae.get_weights()
    with pytest.raises(ValueError) as error:
        METHODS[method](vae, x)
    message = str(error.value)
    assert expected in message and received in message
    assert ("validation_data" if method.startswith("validation") else "x ") in message
    for weight, kept in zip(vae.get_weights(), before, strict=True):  # before any step
        np.testing.assert_array_equal(weight, kept)


OFF_SUPPORT = {
    "8-bit images": (
        likelihoods.Bernoulli(),
        np.round(255 * X),
        "needs x in [0, 1]. Received: values from 6 to 249. Divide 8-bit images by 255.",
    ),
    "8-bit integers": (
        likelihoods.ContinuousBernoulli(),
        np.round(255 * X).astype("uint8"),
        "Divide 8-bit images by 255.",
    ),
    "standardised": (likelihoods.Bernoulli(), X - 0.5, "needs x in [0, 1]"),
    "between the levels": (
        likelihoods.Categorical(5),
        X,
        "needs x on the levels k / 4. Received: values up to 0.50 of a step off",
    ),
    "levels as integers": (
        likelihoods.DiscretizedLogistic(4),
        np.round(3 * X),
        "DiscretizedLogistic needs x in [0, 1]. Received: values from 0 to 3",
    ),
}


@pytest.mark.parametrize("name", OFF_SUPPORT)
def test_refused_outside_the_likelihoods_support(name):
    likelihood, x, message = OFF_SUPPORT[name]
    vae = small_vae(models.BetaVAE, likelihood=likelihood)
    for method in ("fit", "log_likelihood"):
        with pytest.raises(ValueError) as error:
            METHODS[method](vae, x)
        assert message in str(error.value)


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32", "uint8", "bool"])
def test_other_dtypes_of_good_values_are_taken(vae, dtype):
    x = np.round(X).astype(dtype)
    history = vae.fit(x, verbose=0).history
    assert np.isfinite(history["loss"][0])
    np.testing.assert_allclose(vae.encode(x), vae.encode(np.round(X)), rtol=1e-6)


@pytest.mark.parametrize(
    "data_shape, shape, hint",
    [
        ((8, 8, 3), (5, 3, 8, 8), "Move the channels to the end: np.moveaxis(x, 1, -1)"),
        ((3, 8, 8), (5, 8, 8, 3), "Move the channels to the front: np.moveaxis(x, -1, 1)"),
        ((8, 8), (5, 8, 8, 1), "reshape to (-1, 8, 8)"),
        ((8, 8), (5, 64), "reshape to (-1, 8, 8)"),
    ],
)
def test_axes_in_another_order_are_not_taken_for_the_data(data_shape, shape, hint):
    with pytest.raises(ValueError) as error:
        small_vae(data_shape=data_shape).fit(np.zeros(shape, "float32"), verbose=0)
    assert hint in str(error.value)


def batches(*shapes):
    return ((np.full(shape, 0.5, "float32"),) for shape in shapes)


@pytest.mark.parametrize("method", ["fit", "evaluate", "validation", "predict"])
def test_batches_of_another_shape(method):
    with pytest.raises(ValueError, match=r"x must have the shape \(n, 6\). Received: x of shape"):
        METHODS[method](small_vae(), batches((4, 5), (4, 5)))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_batches_that_are_not_finite_stop_the_run(value):
    x = with_value(value)
    with pytest.warns(RuntimeWarning, match="not finite"):
        small_vae().fit(((x,) for _ in range(3)), verbose=0)


def test_direct_call_checks_the_shape(vae):
    with pytest.raises(ValueError, match=r"x must have the shape \(n, 6\)"):
        vae(keras.ops.zeros((2, 5)))
