"""Every model under every function of `keras_vae.evaluation` that takes one.

It gives finite numbers, or raises `NotApplicable` with the reason.
"""

import numpy as np
from cases import NUM_X, assert_finite, condition, data, model, pairs, result_or_refusal

from keras_vae import evaluation

DRAWS = {"num_samples": 3, "seed": 0, "verbose": 0}


def log_likelihood(vae, x, **kwargs):
    assert_finite(evaluation.log_likelihood(vae, x, **DRAWS, **kwargs).values, (NUM_X,))


def annealed_log_likelihood(vae, x, **kwargs):
    chains = {"num_chains": 2, "num_steps": 2, "num_leapfrog": 1, "verbose": 0}
    assert_finite(evaluation.annealed_log_likelihood(vae, x, **chains, **kwargs).values, (NUM_X,))


def elbo(vae, x, **kwargs):
    result = evaluation.elbo(vae, x, **DRAWS, **kwargs)
    for estimate in (result.elbo, result.distortion, result.rate):
        assert_finite(estimate.values, (NUM_X,))
    np.testing.assert_allclose(
        result.elbo.values, -result.distortion.values - result.rate.values, rtol=1e-4, atol=1e-4
    )


def rate_distortion(vae, x, **kwargs):
    for point in evaluation.rate_distortion({"it": vae}, x, **DRAWS, **kwargs):
        assert_finite([point.rate, point.distortion])


def rate_decomposition(vae, x, **kwargs):
    rate, information, marginal = evaluation.rate_decomposition(vae, x, **DRAWS, **kwargs)
    assert_finite([rate.mean, information.mean, marginal.mean])


def kl_per_dimension(vae, x, **kwargs):
    kl = evaluation.kl_per_dimension(vae, x, verbose=0, **kwargs)
    assert_finite(kl)
    assert kl.size > 0


def active_units(vae, x, **kwargs):
    units = evaluation.active_units(vae, x, verbose=0, **kwargs)
    assert units.count == units.active.sum() <= units.active.size
    assert_finite(units.variance, units.active.shape)


def reconstruction_quality(vae, x, **kwargs):
    quality = evaluation.reconstruction_quality(vae, x, verbose=0, **kwargs)
    assert_finite([quality.mse, quality.psnr])


def evaluate_generative(vae, x, **kwargs):
    report = evaluation.evaluate_generative(vae, x, num_samples=2, verbose=0, **kwargs)
    assert_finite([row.value for row in report.rows.values() if row.value is not None])
    assert all(report.left_out.values())


FUNCTIONS = {
    function.__name__: function
    for function in (
        log_likelihood,
        annealed_log_likelihood,
        elbo,
        rate_distortion,
        rate_decomposition,
        kl_per_dimension,
        active_units,
        reconstruction_quality,
        evaluate_generative,
    )
}


@pairs(FUNCTIONS)
def test_gives_finite_numbers_or_says_why_not(name, function):
    vae = model(name)
    x = data(vae)
    result_or_refusal(
        name, lambda: FUNCTIONS[function](vae, x, **condition(vae)), evaluation.NotApplicable
    )
