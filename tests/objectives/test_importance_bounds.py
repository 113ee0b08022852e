"""Importance weighted bounds: their order, their limits, and draws that weigh far apart."""

import numpy as np
import pytest
from keras import ops
from players import LATENT, TRUTH, log_weights, parameters
from toys import compute, tensor

from keras_vae.objectives import CIWAE, IWAE, MIWAE, VR
from keras_vae.objectives.vr import power_mean


def weights(samples=6, n=50):
    x = TRUTH.sample(n)
    noise = np.random.default_rng(0).normal(size=(samples, n, LATENT))
    return log_weights(x, parameters(x, log_var_shift=1.0), noise)


def means(log_weight, powers):
    tensors = tensor(log_weight)
    return np.stack(compute(lambda: [power_mean(tensors, power) for power in powers]))


def test_renyi_bound_falls_with_alpha_from_iwae_to_elbo_and_below():
    log_weight = weights()
    alphas = np.array([-2.0, 0.0, 0.5, 1.0, 2.0])
    bounds = means(log_weight, 1.0 - alphas)
    assert np.all(np.diff(bounds, axis=0) < 0)
    iwae = np.logaddexp.reduce(log_weight, axis=0) - np.log(6)
    np.testing.assert_allclose(bounds[1], iwae, rtol=1e-5)
    np.testing.assert_allclose(bounds[3], log_weight.mean(axis=0), rtol=1e-5)
    extremes = means(log_weight, [1e4, -1e4])
    np.testing.assert_allclose(extremes[0], log_weight.max(axis=0), atol=1e-3)
    np.testing.assert_allclose(extremes[1], log_weight.min(axis=0), atol=1e-3)


@pytest.mark.parametrize("power", [1e-2, 1e-4, 1e-7, 1e-12, -1e-7, -1e-2, 1e-29, 1e-31])
def test_renyi_bound_is_sound_near_alpha_one(power):
    log_weight = weights().astype("float32").astype("float64")
    centre = log_weight.mean(axis=0)
    # The cumulant expansion, whose next term is beyond float32 for the small powers.
    centred = log_weight - centre
    exact = centre + np.log1p(np.mean(np.expm1(power * centred), axis=0)) / power
    np.testing.assert_allclose(means(log_weight, [power])[0], exact, rtol=3e-7, atol=2e-6)


@pytest.mark.parametrize("alpha", [-1.0, 0.0, 0.9999, 1.0, 1.0001, 3.0])
def test_finite_however_far_apart_the_weights_are(alpha):
    log_weight = np.array([[-1e4, 0.0, 500.0], [0.0, 0.0, -500.0], [1e4, 0.0, 0.0]])
    assert np.all(np.isfinite(means(log_weight, [1.0 - alpha])))


def loss(objective, log_weight):
    class Fixed:
        def __init__(self, log_probs):
            self.log_probs = log_probs

        def log_prob(self, value):
            return self.log_probs

    from keras_vae.objectives import Trace

    def run():
        zeros = Fixed(ops.zeros(log_weight.shape))
        trace = Trace(None, None, zeros, zeros, Fixed(tensor(log_weight)))
        return objective(trace=trace)[0]

    return float(compute(run))


def test_bounds_are_ordered():
    log_weight = weights()
    elbo, miwae, half, iwae = (
        -loss(objective, log_weight)
        for objective in (VR(1.0, 6), MIWAE(3, 2), CIWAE(6, beta=0.5), IWAE(6))
    )
    assert elbo < miwae < iwae and elbo < half < iwae
    np.testing.assert_allclose(half, 0.5 * (elbo + iwae), rtol=1e-5)
    np.testing.assert_allclose(-loss(CIWAE(6, beta=0.0), log_weight), iwae, rtol=1e-6)
    np.testing.assert_allclose(-loss(MIWAE(1, 6), log_weight), iwae, rtol=1e-6)
    np.testing.assert_allclose(-loss(MIWAE(6, 1), log_weight), elbo, rtol=1e-5)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: CIWAE(beta=1.5), r"CIWAE: `beta` must be in \[0, 1\]"),
        (lambda: VR(alpha=float("nan")), "VR: `alpha` must be a finite number"),
        (lambda: MIWAE(num_estimates=0), "MIWAE: `num_estimates` must be a positive integer"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
