"""The gamma function's relatives against mpmath, from 1e-8 to 1e8."""

import mpmath
import numpy as np
import pytest
from backends import derivative, evaluate, to_tensor
from families import EPSILON, float32

from keras_vae.distributions.gamma_functions import (
    cumulant_excess,
    exp_excess,
    log_gamma,
    stirling_error,
)

Z = float32([*10.0 ** np.arange(-8, 9), *np.linspace(0.1, 6, 30), 2.9999999, 3.0000001])


def in_mpmath(function, x, order=0):
    with mpmath.workdps(50):
        return np.array([float(mpmath.diff(function, mpmath.mpf(value), order)) for value in x])


def error_of_stirling(z):
    return mpmath.loggamma(z) - (z - 0.5) * mpmath.log(z) + z - mpmath.log(2 * mpmath.pi) / 2


@pytest.mark.parametrize("order", [0, 1, 2])
def test_stirling_error(order):
    ours = derivative(stirling_error, Z, order)
    exact = in_mpmath(error_of_stirling, Z, order)
    # In units of the powers of z, by which the densities multiply the derivatives.
    assert np.all(np.abs(ours - exact) * Z**order <= 4 * EPSILON * (1 + np.abs(exact) * Z**order))


def test_log_gamma():
    t = to_tensor(Z)
    ours, exact = evaluate(lambda: log_gamma(t)), in_mpmath(mpmath.loggamma, Z)
    assert np.all(np.abs(ours - exact) <= 8 * EPSILON * (1 + np.abs(exact)))


def test_digamma_is_the_slope_of_log_gamma():
    ours, exact = derivative(log_gamma, Z), in_mpmath(mpmath.digamma, Z)
    assert np.all(np.abs(ours - exact) <= 8 * EPSILON * (1 + np.abs(exact)))


T = float32([-80, -20, -1.001, -0.999, -0.1, -1e-4, 0, 1e-4, 0.1, 0.999, 1.001, 20, 80])


@pytest.mark.parametrize("order", [0, 1, 2])
def test_exp_excess(order):
    ours = derivative(exp_excess, T, order)
    exact = in_mpmath(lambda t: mpmath.exp(t) - 1 - t, T, order)
    # Besides the terms that cancel, exp of 80 turns one rounding of its argument into as many.
    terms = [np.abs(T), 1, 0][order]
    assert np.all(np.abs(ours - exact) <= 4 * EPSILON * (terms + 40 * np.abs(exact)))


@pytest.mark.parametrize("weight", [1e-6, 0.3, 0.5, 0.9, 1 - 2.0**-20])
def test_cumulant_excess(weight):
    weight = float(np.float32(weight))
    rest = float(np.float32(1 - weight))

    def exact(t):
        return mpmath.log(1 - weight + weight * mpmath.exp(t)) - weight * t

    def ours(t):
        return cumulant_excess(to_tensor(weight), to_tensor(rest), t)

    # The terms that cancel are as large as the lighter side's share of t.
    terms = min(weight, rest) * np.abs(T)
    error = np.abs(derivative(ours, T, 0) - in_mpmath(exact, T))
    assert np.all(error <= 4 * EPSILON * (terms + np.abs(in_mpmath(exact, T))))
    assert all(np.all(np.isfinite(derivative(ours, T, order))) for order in (1, 2))
