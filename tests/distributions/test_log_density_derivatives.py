"""First and second derivatives of the log-densities: finite and exact at the edges."""

import numpy as np
import pytest
import scipy.special
from backends import derivative, evaluate, to_tensor
from families import EPSILON, FAMILIES, LOGITS, exact, tolerance
from keras import ops

from keras_vae.distributions import (
    Bernoulli,
    Categorical,
    ContinuousBernoulli,
    Mixture,
    Normal,
)

# (family, argument): x has derivatives where it is not discrete.
ARGUMENTS = [
    (name, wrt)
    for name, family in FAMILIES.items()
    for wrt in range(family.is_discrete, len(family.arguments))
]


def largest_terms(name, wrt, order):
    """The size of what cancels in a derivative: one in units of the scale."""
    x, *parameters = FAMILIES[name].arguments
    if FAMILIES[name].is_count:
        # The terms of the log-probability change with the dispersion as much as they are large,
        # and against each other.
        return np.abs(exact(name))
    if name in ("gamma", "beta"):
        # 1 / x and what the deviance pulls against it; by the parameters as of a count.
        rest = np.minimum(x, 1 - x) if name == "beta" else x
        return (1 + np.abs(exact(name))) * (rest**-order if wrt == 0 else 1)
    if name == "von_mises":
        # The Bessel function comes by nine steps of recurrence, whose terms are as large. The
        # second derivative by log(kappa) is kappa f' + kappa^2 f'': two such terms a step.
        return (
            9
            * (order if wrt == 2 else 1)
            * np.maximum(1, np.exp(parameters[1])) ** (0.5 * order * (wrt < 2))
        )
    if "bernoulli" in name:
        # The derivatives of log(l / tanh(l / 2)) are differences from those of log l.
        return np.maximum(0.5, np.abs(parameters[0])) ** -order if wrt == 1 else parameters[0] ** 2
    scale = np.exp(parameters[1] * (0.5 if name == "normal" else 1.0))
    return scale**-order if wrt < 2 else np.abs((x - parameters[0]) / scale) ** order


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("name, wrt", ARGUMENTS)
def test_derivatives_are_exact_at_the_edges(name, wrt, order):
    family = FAMILIES[name]

    def log_prob(argument):
        x, *parameters = [argument if i == wrt else to_tensor(a) for i, a in enumerate(arguments)]
        return family.make(*parameters, event_ndim=0).log_prob(x)

    arguments = family.arguments
    ours = derivative(log_prob, arguments[wrt], order)
    allowed = tolerance(name, wrt, order, terms=largest_terms(name, wrt, order))
    assert np.all(np.isfinite(ours))
    assert np.all(np.abs(ours - exact(name, wrt, order)) <= allowed)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("quantity", ["mean", "variance"])
@pytest.mark.parametrize("family", [Bernoulli, ContinuousBernoulli])
def test_moments_have_finite_derivatives(family, quantity, order):
    logits = np.array([-1e4, *LOGITS, 1e4])
    assert np.all(np.isfinite(derivative(lambda t: getattr(family(t), quantity), logits, order)))


def test_bernoulli_from_probs_has_finite_derivatives():
    probs, x = np.tile([0.0, 1e-30, 1e-7, 0.3, 1 - 1e-7, 1.0], (3, 1)), np.array([0.0, 0.5, 1.0])
    points = to_tensor(x[:, None])
    slopes = derivative(lambda p: Bernoulli.from_probs(p).log_prob(points), probs)
    assert np.all(np.isfinite(slopes))
    np.testing.assert_allclose(slopes[:, 3], x / 0.3 - (1 - x) / 0.7, rtol=1e-6)


@pytest.mark.parametrize("size", [1.0, 50.0, 100.0])
def test_categorical_gradient_is_one_hot_minus_probabilities(size):
    logits = size * np.array([[0.0, 1.0, -1.0], [-1.0, -1.0, 1.0], [1.0, 0.0, 0.5]])
    index = np.array([1, 0, 2])
    ours = derivative(lambda t: Categorical(t).log_prob(to_tensor(index)), logits)
    reference = np.eye(3)[index] - scipy.special.softmax(logits, axis=-1)
    np.testing.assert_allclose(ours, reference, atol=8 * EPSILON)
    second = derivative(lambda t: Categorical(t).log_prob(to_tensor(index))[None] ** 2, logits, 2)
    assert np.all(np.isfinite(second))


@pytest.mark.parametrize("size", [1.0, 50.0, 100.0])
def test_mixture_gradient_is_responsibilities_minus_weights(size):
    logits = size * np.array([0.0, 1.0, -1.0])
    means, x = np.array([[-1.0], [0.0], [2.0]]), np.array([[0.3], [-200.0], [200.0]])
    log_joint = scipy.special.log_softmax(logits) - 0.5 * (x - means.T) ** 2
    reference = scipy.special.softmax(log_joint, axis=-1).sum(0) - 3 * scipy.special.softmax(logits)

    def log_prob(t):
        components = Normal(to_tensor(means), ops.zeros((3, 1)))
        return Mixture(t, components).log_prob(to_tensor(x))

    # Log-densities of 2e4 are off by as many roundings; each takes part in a softmax.
    np.testing.assert_allclose(derivative(log_prob, logits), reference, atol=3e4 * EPSILON)
    assert np.all(np.isfinite(derivative(log_prob, logits, 2)))


@pytest.mark.parametrize("x", [0.0, 0.5, 1.0])
def test_discretized_logistic_stays_finite_where_bins_have_no_mass(x):
    locations, log_scales = np.meshgrid([-1e3, 0.0, 1e3], [-30.0, -20.0, 20.0, 30.0])
    make = FAMILIES["discretized_logistic"].make

    def by_location(t):
        return make(t, to_tensor(log_scales), event_ndim=0).log_prob(to_tensor(x))

    def by_log_scale(t):
        return make(to_tensor(locations), t, event_ndim=0).log_prob(to_tensor(x))

    t = to_tensor(locations)
    assert np.all(np.isfinite(evaluate(lambda: by_location(t))))
    assert np.all(np.isfinite(derivative(by_location, locations)))
    assert np.all(np.isfinite(derivative(by_log_scale, log_scales)))
    assert np.all(np.isfinite(derivative(by_location, locations, order=2)))
    assert np.all(np.isfinite(derivative(by_log_scale, log_scales, order=2)))
