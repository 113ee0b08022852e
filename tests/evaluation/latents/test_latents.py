"""What latents carry, against integrals and sums over all latents."""

import math

import numpy as np
import pytest
import scipy.stats
from checks import to_numpy
from toys import LinearGaussian, grey, small_vae

from keras_vae import models
from keras_vae.evaluation import (
    NotApplicable,
    active_units,
    elbo,
    kl_per_dimension,
    rate_decomposition,
)


def test_rate_is_mutual_information_and_distance_of_the_aggregate():
    linear = LinearGaussian(column_norms=(0.7,))
    x, vae = linear.sample(5), linear.vae()
    parts = rate_decomposition(vae, x, num_samples=4000, batch_size=4096, verbose=0)
    # One latent: the aggregate is a mixture of five normals, and integrals are sums over a grid.
    z = np.linspace(-12, 12, 20001)
    each = scipy.stats.norm(linear.posterior_mean(x), np.sqrt(linear.variance)).pdf(z)
    aggregate = each.mean(axis=0)
    log_q, log_p = np.log(aggregate + 1e-300), scipy.stats.norm.logpdf(z)
    marginal = np.trapezoid(aggregate * (log_q - log_p), z)
    information = np.trapezoid(each * (np.log(each + 1e-300) - log_q), z).mean()
    assert abs(parts.marginal_kl.mean - marginal) < 4 * parts.marginal_kl.sampling_error < 0.1
    error = parts.mutual_information.sampling_error
    assert abs(parts.mutual_information.mean - information) < 4 * error < 0.1
    rate = elbo(vae, x).rate.mean  # in closed form
    assert abs(parts.rate.mean - rate) < 4 * parts.rate.sampling_error
    total = parts.mutual_information.mean + parts.marginal_kl.mean
    assert total == pytest.approx(parts.rate.mean)


def test_mutual_information_is_at_most_the_entropy_of_the_examples():
    linear = LinearGaussian(column_norms=(50.0, 60.0), scale=0.1)  # posteriors far apart
    parts = rate_decomposition(linear.vae(), linear.sample(20), batch_size=7)
    np.testing.assert_allclose(parts.mutual_information.values, math.log(20), atol=1e-3)


def test_a_collapsed_posterior_knows_nothing():
    vae = small_vae()
    vae.encoder.set_weights([0 * weight for weight in vae.encoder.get_weights()])
    parts = rate_decomposition(vae, grey(20))
    for part in parts:
        np.testing.assert_allclose(part.values, 0.0, atol=1e-5)
    assert active_units(vae, grey(20)).count == 0


def test_discrete_latents_decompose_too():
    vae = models.BinaryVAE((6,), latent_dim=1, hidden=(4,), seed=0)
    x = grey(8)
    parts = rate_decomposition(vae, x, num_samples=2000)
    one = vae.encode(x).astype("float64").mean()  # probability of a one
    expected = one * math.log(2 * one) + (1 - one) * math.log(2 - 2 * one)
    error = parts.marginal_kl.sampling_error
    assert abs(parts.marginal_kl.mean - expected) < 4 * error + 1e-5


def test_two_levels_of_latents_decompose_too():
    vae = models.HierarchicalVAE((6,), latent_dims=(2, 3), hidden=(4,), seed=0)
    parts, rate = rate_decomposition(vae, grey(7), 500), elbo(vae, grey(7), 500).rate
    error = np.hypot(parts.rate.sampling_error, rate.sampling_error)
    assert abs(parts.rate.mean - rate.mean) < 4 * error
    assert -4 * error < parts.mutual_information.mean < math.log(7)


def test_kl_of_each_dimension_adds_up_to_the_rate():
    vae, x = small_vae(), grey(9)
    each = kl_per_dimension(vae, x, batch_size=4)
    q = vae.posterior(x)
    mean, log_var = to_numpy(q.mean), to_numpy(q.log_var)
    expected = 0.5 * (np.exp(log_var) + mean**2 - 1 - log_var).mean(axis=0)
    np.testing.assert_allclose(each, expected, atol=1e-6)
    assert each.sum() == pytest.approx(elbo(vae, x).rate.mean, rel=1e-5)


def test_active_units_are_those_whose_mean_varies():
    linear = LinearGaussian()
    vae, x = linear.vae(), linear.sample(400)
    kernel, bias, *log_var = vae.encoder.get_weights()
    vae.encoder.set_weights([kernel * [1.0, 1e-3], bias, *log_var])
    units = active_units(vae, x)
    assert units.count == 1 and units.active.tolist() == [True, False]
    # The posterior's mean has the variance that the prior has less the posterior's.
    error = 4 * math.sqrt(2 / 400)
    assert units.variance[0] == pytest.approx(1 - linear.variance[0], rel=error)
    assert active_units(vae, x, threshold=2.0).count == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: kl_per_dimension(models.VaDE((6,), num_clusters=2, hidden=(4,)), grey(2)),
            "prior Mixture",
        ),
        (
            lambda: rate_decomposition(models.PlanarVAE((6,), hidden=(4,), num_flows=1), grey(2)),
            "knows log q of any z",
        ),
        (
            lambda: rate_decomposition(
                models.ConditionalVAE(
                    (6,), condition_shape=(2,), hidden=(4,), prior="conditional_normal"
                ),
                grey(2),
                condition=[0, 1],
            ),
            "one prior for all examples",
        ),
    ],
)
def test_what_has_no_such_number(call, message):
    with pytest.raises(NotApplicable, match=message):
        call()
