"""log(1 + e^x) of the backend, which every Bernoulli density is made of, and its derivative."""

import keras
import numpy as np
import scipy.special
from keras import ops

from keras_vae import backend

X = np.concatenate([np.linspace(-80, 80, 321), [-1e30, -1e-30, 1e-30, 1e30]]).astype("float32")


def test_softplus_is_exact_at_both_ends():
    got = ops.convert_to_numpy(backend.softplus(ops.convert_to_tensor(X)))
    np.testing.assert_allclose(got, np.logaddexp(X.astype("float64"), 0.0), rtol=1e-6)


def test_its_derivative_is_the_sigmoid():
    got = backend.gradient(lambda x: ops.sum(backend.softplus(x)), ops.convert_to_tensor(X))
    expected = scipy.special.expit(X.astype("float64"))
    np.testing.assert_allclose(ops.convert_to_numpy(got), expected, rtol=1e-5, atol=1e-30)


def test_softplus_keeps_what_is_not_a_number():
    x = ops.convert_to_tensor(np.array([np.nan, np.inf, -np.inf], "float32"))
    np.testing.assert_array_equal(ops.convert_to_numpy(backend.softplus(x)), [np.nan, np.inf, 0.0])


def test_softplus_keeps_the_precision_of_its_input():
    x = ops.convert_to_tensor(np.ones(3, "float16"))
    assert keras.backend.standardize_dtype(backend.softplus(x).dtype) == "float16"
