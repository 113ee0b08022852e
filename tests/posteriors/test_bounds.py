"""Bounds of posteriors' parameters: the identity inside, and a gradient however far outside."""

import keras
import numpy as np
import pytest
from checks import to_numpy
from toys import tensor
from traces import gradients

from keras_vae import networks, posteriors, priors
from keras_vae.posteriors.bounds import bounded

LATENT = 3
FAR = [-1e6, -3e3, -300.0, -40.0, 0.0, 40.0, 300.0, 3e3, 1e6]
#: the parameter that is bounded
PARAMETERS = ("log_var", "raw_concentration")


def two_level():
    return posteriors.TwoLevel(
        networks.mlp((LATENT,), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    )


def with_a_bound():
    """The posteriors of the package that have such a parameter, as functions that make them."""
    found = {"TwoLevel": two_level}
    for cls in posteriors.MEMBERS:
        if set(PARAMETERS) & set(cls().parameter_names):
            found[cls.__name__] = cls
    return dict(sorted(found.items()))


POSTERIORS = with_a_bound()
every = pytest.mark.parametrize("name", POSTERIORS)


def parameters(posterior, values):
    """Parameters (batch, ...): random ones, with the bounded one at these values, (batch,)."""
    rng = np.random.default_rng(0)
    shapes = posterior.parameter_shapes((LATENT + getattr(posterior, "extra", 0),))
    made = {n: rng.normal(size=(len(values), *s)).astype("float32") for n, s in shapes.items()}
    (key,) = set(PARAMETERS) & set(made)
    made[key] = np.broadcast_to(
        np.reshape(values, (-1, *[1] * len(shapes[key]))), made[key].shape
    ).astype("float32")
    return made, key


def built(name):
    posterior = POSTERIORS[name]()
    if isinstance(posterior, posteriors.Joint):
        posterior.extra = sum(posterior.num_categories)
    shapes = list(posterior.parameter_shapes((LATENT + getattr(posterior, "extra", 0),)).values())
    posterior.build_once(posterior.latent_shape(shapes))
    return posterior


def bounded_tensor(q):
    """The bounded parameter as the distribution has it."""
    for step in ("first", "base", "parts"):
        q = getattr(q, step, q)
    q = q[0] if isinstance(q, tuple) and not hasattr(q, "_fields") else q
    return q.log_var if hasattr(q, "log_var") else q.concentration


@every
def test_gradient_is_not_zero_however_far_outside(name):
    posterior = built(name)
    made, key = parameters(posterior, FAR)
    fixed = {n: tensor(v) for n, v in made.items()}

    def total(values):
        return keras.ops.sum(bounded_tensor(posterior({**fixed, key: values})))

    slope = gradients(total, made[key])
    assert np.all(slope > 0) and np.isfinite(slope).all()
    values = to_numpy(bounded_tensor(posterior(fixed)))
    assert np.isfinite(values).all()
    assert np.all(np.diff(values.reshape(len(FAR), -1), axis=0) >= 0)


@every
def test_values_stay_within_the_range(name):
    posterior = built(name)
    low, high = getattr(posterior, "log_var_range", None) or posterior.concentration_range
    values = to_numpy(
        bounded_tensor(posterior({n: tensor(v) for n, v in parameters(posterior, FAR)[0].items()}))
    )
    assert low <= values.min() and values.max() <= high


@every
def test_usual_values_are_unchanged(name):
    posterior = built(name)
    inside = np.linspace(-20, 10 if name != "WrappedNormal" else 2, 61).astype("float32")
    made, key = parameters(posterior, inside)
    values = to_numpy(bounded_tensor(posterior({n: tensor(v) for n, v in made.items()})))
    expected = made[key].astype("float64")
    if key == "raw_concentration":
        expected = 1.0 + np.logaddexp(0.0, expected)
    np.testing.assert_allclose(values, expected, rtol=1e-6, atol=1e-6)


def test_conditional_prior_has_a_gradient_too():
    prior = priors.ConditionalNormal(hidden=())
    prior.condition_shape = (2,)
    prior.build_once((LATENT,))
    bias = prior.network.weights[-1]

    def total(values):
        return keras.ops.sum(bounded(values, *prior.log_var_range))

    assert np.all(gradients(total, np.array(FAR, "float32")) > 0)
    for value in FAR:
        bias.assign(np.full(bias.shape, value))
        log_var = to_numpy(prior.distribution(condition=tensor(np.eye(2))).log_var)
        assert np.all(np.abs(log_var) <= 10.0)
        if abs(value) < 9:
            np.testing.assert_allclose(log_var, value, atol=1e-6)


def test_slope_outside_is_that_of_the_tail():
    values = np.array([-1e30, -31.0, -30.5, -20.0, 3.0, 20.0, 21.0, 1e30, np.inf], "float32")
    np.testing.assert_array_equal(
        to_numpy(bounded(tensor(values), -30.0, 20.0)), np.clip(values, -30, 20)
    )
    slope = gradients(lambda v: keras.ops.sum(bounded(v, -30.0, 20.0)), values[1:-2])
    np.testing.assert_allclose(slope, [1 / 2, 1 / 1.5, 1, 1, slope[4], 1 / 2], rtol=1e-5)
