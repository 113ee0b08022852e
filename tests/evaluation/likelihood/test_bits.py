"""Bits per dimension of models: of levels, of densities, and what is refused."""

import math

import numpy as np
import pytest
from checks import bits, levels, quick_compile
from toys import LinearGaussian

from keras_vae import VAE, likelihoods, models, networks
from keras_vae.evaluation import (
    NotApplicable,
    bits_per_dimension,
    evaluate_generative,
    log_likelihood,
)

SHAPE = (4, 3)


def made(likelihood, shape=SHAPE):
    encoder = networks.mlp(shape, {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = networks.mlp((2,), likelihood.parameter_shapes(shape), hidden=(4,))
    return quick_compile(VAE(encoder, decoder, likelihood=likelihood, seed=0))


def test_levels_need_no_width():
    vae, x = made(likelihoods.Bernoulli()), bits(20)
    result = bits_per_dimension(vae, x, num_samples=20)
    expected = -log_likelihood(vae, x, 20).values / (12 * math.log(2))
    np.testing.assert_allclose(result.values, expected, rtol=1e-6)


def test_density_of_dequantised_data_is_the_exact_one():
    exact = LinearGaussian()
    vae, x = exact.vae(), exact.sample(50)
    result = bits_per_dimension(vae, x, bin_width=0.25, num_samples=20)
    expected = -exact.log_prob(x) / (5 * math.log(2)) + 2.0
    np.testing.assert_allclose(result.values, expected, rtol=1e-3, atol=1e-3)


MIXED = likelihoods.Mixed({"a": ("normal", 1), "b": ("bernoulli", 2)})


@pytest.mark.parametrize(
    "likelihood, x, bin_width, error, message",
    [
        (likelihoods.Normal(), levels(9), None, NotApplicable, "needs bin_width=, .*Normal"),
        (likelihoods.Normal(), levels(99), 1 / 4, ValueError, "needs dequantised data"),
        (likelihoods.Bernoulli(), levels(9), None, NotApplicable, "grey values under .*Bernoulli"),
        (likelihoods.Bernoulli(), bits(9), 0.5, ValueError, "needs bin_width=None"),
        (MIXED, bits(9, (3,)), None, NotApplicable, "Mixed with both"),
        (likelihoods.MSSSIM(window=3, num_scales=1), levels(9), None, NotApplicable, "density"),
    ],
)
def test_what_has_no_such_meaning_is_refused(likelihood, x, bin_width, error, message):
    with pytest.raises(error, match=message):
        bits_per_dimension(made(likelihood, x.shape[1:]), x, bin_width)


def test_report_does_not_call_a_density_levels():
    vae = quick_compile(models.GaussianVAE(SHAPE, 2, hidden=(4,), seed=0))
    x = levels(30)
    report = evaluate_generative(vae, x, num_samples=5)
    assert "bits_per_dimension" not in report
    assert "a density" in report.left_out["bits_per_dimension"]
    noisy = x + np.random.default_rng(0).uniform(0, 1 / 4, x.shape)
    told = evaluate_generative(vae, noisy, num_samples=5, bin_width=1 / 4)
    assert told.rows["bits_per_dimension"].note == "bin_width = 0.25"


def test_report_says_where_a_score_is_no_probability():
    vae = made(likelihoods.Bernoulli())
    notes = [
        evaluate_generative(vae, x, num_samples=5).rows["bits_per_dimension"].note
        for x in (bits(20), levels(20))
    ]
    assert notes[0] == "of levels" and "no probability" in notes[1]
