"""What the contracts between the zoo and the rooms above it share: models, data, and the rule."""

import functools

import numpy as np
import pytest
from checks import BACKEND, levels, suited
from zoo import MODELS

NUM_X = 6


@functools.lru_cache(maxsize=4)  # tests go model by model
def model(name):
    """An untrained model of the zoo, kept for the tests that follow, since programs cost time."""
    vae = MODELS[name](seed=0)
    if hasattr(vae, "fit_prior"):
        vae.fit_prior(data(vae), **condition(vae), epochs=1, verbose=0)
    return vae


def data(vae, n=NUM_X):
    """Examples of a model's shape."""
    return suited(levels(n, vae.data_shape), vae.likelihood_layer)


def condition(vae, n=NUM_X):
    """The keyword argument `condition`, if the model has one."""
    if vae.condition_shape is None:
        return {}
    return {"condition": np.arange(n) % vae.condition_shape[0]}


def pairs(functions, known_faults=()):
    """Parametrize over models x functions: all on torch, one function of each model elsewhere.

    Args:
        functions: dict, the functions by name.
        known_faults: dict from (model, function) to what is wrong; these tests must fail.
    """
    known_faults = dict(known_faults)
    names = list(functions)
    #: the compiled backends turn through the functions half a turn apart
    first = {"torch": 0, "tensorflow": 0, "jax": len(names) // 2}[BACKEND]
    product = []
    for place, name in enumerate(MODELS):
        chosen = names if BACKEND == "torch" else [names[(place + first) % len(names)]]
        product += [_case(name, function, known_faults) for function in chosen]
    return pytest.mark.parametrize(("name", "function"), product)


def _case(name, function, known_faults):
    fault = known_faults.get((name, function))
    marks = [] if fault is None else [pytest.mark.xfail(reason=fault, strict=True)]
    return pytest.param(name, function, id=f"{name}-{function}", marks=marks)


def result_or_refusal(name, function, refusal=ValueError):
    """What `function()` gives for the model of this name; None if it refuses, with a reason.

    Any other error fails the test. So do a refusal without a word, and one of a plain `VAE`.
    """
    try:
        return function()
    except refusal as error:
        assert name != "VAE", f"refused by the plainest model: {error}"
        assert len(str(error)) > 20, "a refusal must say why"
        return None


def assert_finite(values, shape=None):
    """`values` is an array of finite numbers, of this shape if one is given."""
    values = np.asarray(values)
    assert np.all(np.isfinite(values))
    if shape is not None:
        assert values.shape == shape
