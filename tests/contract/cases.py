"""What the contracts between the zoo and the rooms above it share: models, data, and the rule."""

import functools

import numpy as np
import pytest
from checks import levels, shared_out
from zoo import MODELS

NUM_X = 6


@functools.cache
def model(name):
    """An untrained model of the zoo; one for all tests of a process, since programs cost time."""
    vae = MODELS[name](seed=0)
    if hasattr(vae, "fit_prior"):
        vae.prior_layer.fitted.assign(1.0)  # as after `fit_prior`, but for what it would learn
    return vae


def data(vae, n=NUM_X):
    """Examples of a model's shape."""
    return levels(n, vae.data_shape)


def condition(vae, n=NUM_X):
    """The keyword argument `condition`, if the model has one."""
    if vae.condition_shape is None:
        return {}
    return {"condition": np.arange(n) % vae.condition_shape[0]}


def pairs(functions, known_faults=()):
    """Parametrize over models x functions: all on torch, a share on the compiled backends.

    Args:
        functions: dict, the functions by name.
        known_faults: dict from (model, function) to what is wrong; these tests must fail.
    """
    known_faults = dict(known_faults)

    def case(name, function):
        fault = known_faults.get((name, function))
        marks = [] if fault is None else [pytest.mark.xfail(reason=fault, strict=True)]
        return pytest.param(name, function, id=f"{name}-{function}", marks=marks)

    product = [case(name, function) for name in MODELS for function in functions]
    return pytest.mark.parametrize(("name", "function"), shared_out(product))


def numbers_or_refusal(function, refusal=ValueError):
    """What `function()` gives; None if it refuses, with a reason.

    Any other error, or a refusal without a word, fails the test.
    """
    try:
        return function()
    except refusal as error:
        assert len(str(error)) > 20, "a refusal must say why"
        return None


def assert_finite(values, shape=None):
    """`values` is an array of finite numbers, of this shape if one is given."""
    values = np.asarray(values)
    assert np.all(np.isfinite(values))
    if shape is not None:
        assert values.shape == shape
