"""`VAE.log_likelihood` on linear-Gaussian models, whose log p(x) is known exactly."""

import math

import keras
import numpy as np
import pytest
import scipy.stats
from toys import LinearGaussian

LINEAR = LinearGaussian()
X = LINEAR.sample(6)
#: float32's rounding of numbers as large as the sums in a log-weight
ROUNDING = 32 * np.finfo("float32").eps * 10


@pytest.fixture(scope="module")
def exact():
    return LINEAR.vae()


@pytest.fixture(scope="module")
def inflated():
    """Its posterior has e^0.8 times the variance."""
    return LINEAR.vae(log_var_shift=0.8)


def simulated(num_samples, log_var_shift, rows, seed=0):
    """log (1/S) sum w - log p(x), by NumPy: the estimator's error with a wrong variance."""
    noise = np.random.default_rng(seed).normal(size=(rows, num_samples, len(LINEAR.variance)))
    # log p(z|x) - log q(z|x) at z = mean + deviation of q * noise.
    log_ratio = 0.5 * (log_var_shift + noise**2 * (1.0 - math.exp(log_var_shift))).sum(axis=-1)
    return scipy.special.logsumexp(log_ratio, axis=-1) - math.log(num_samples)


def errors_at_one_point(vae, rows, **kwargs):
    """The estimates' errors at one x, (rows,): independent draws of one estimator."""
    x = np.repeat(X[:1], rows, axis=0)
    return vae.log_likelihood(x, verbose=0, **kwargs) - LINEAR.log_prob(X[0])


@pytest.mark.parametrize(
    "num_samples, batch_size",
    [(1, None), (1, 3), (7, None), (7, 3), (50, None), (100, None), (100, 60), (250, 60)],
)
def test_counts_exactly_the_draws_asked_for(exact, num_samples, batch_size):
    # With the exact posterior every weight is p(x), so that one draw too many, or too few, or one
    # counted twice shifts the estimate by log((S + 1) / S): 0.004 at S = 250.
    estimate = exact.log_likelihood(X, num_samples, batch_size=batch_size, verbose=0)
    np.testing.assert_allclose(estimate, LINEAR.log_prob(X), atol=ROUNDING)


def test_is_a_log_likelihood_and_not_its_negative(exact):
    near, far = LINEAR.bias[None], LINEAR.bias[None] + 10.0
    estimates = exact.log_likelihood(np.concatenate([near, far]), 10)
    assert estimates[0] > estimates[1]


def test_standard_error_vanishes_with_the_exact_posterior(exact):
    _, error = exact.log_likelihood(X, 100, return_standard_error=True)
    # The weights differ by roundings of twice the log-weight, under a root.
    assert np.all(error <= math.sqrt(ROUNDING / 99))


def test_standard_error_of_one_draw_is_unknown(exact):
    _, error = exact.log_likelihood(X, 1, return_standard_error=True)
    assert np.all(error == np.inf)


@pytest.mark.parametrize("log_var_shift, mean_shift", [(0.8, 0.0), (-0.5, 0.0), (0.4, 0.1)])
def test_converges_within_its_standard_error(log_var_shift, mean_shift):
    vae = LINEAR.vae(log_var_shift, mean_shift)
    estimate, error = vae.log_likelihood(X, 4000, seed=0, return_standard_error=True)
    assert np.all(error < 0.05)
    assert np.all(np.abs(estimate - LINEAR.log_prob(X)) < 4 * error)


def test_one_draw_is_the_elbo_in_expectation(inflated):
    errors = errors_at_one_point(inflated, 5000, num_samples=1, seed=0)
    gap = LINEAR.kl_to_posterior(log_var_shift=0.8)
    assert abs(errors.mean() + gap) < 4 * errors.std() / math.sqrt(5000)


def test_lower_bound_in_expectation_that_rises_with_the_number_of_draws(inflated):
    counts = (1, 5, 50)
    errors = [errors_at_one_point(inflated, 4000, num_samples=s, seed=1) for s in counts]
    means = np.array([e.mean() for e in errors])
    standard_errors = np.array([e.std() for e in errors]) / math.sqrt(4000)
    assert np.all(means < 4 * standard_errors)
    assert np.all(np.diff(means) > 4 * standard_errors[:-1])


def test_standard_error_covers_the_truth(inflated):
    x = np.repeat(X[:1], 1000, axis=0)
    estimate, error = inflated.log_likelihood(x, 200, seed=2, return_standard_error=True)
    covered = np.abs(estimate - LINEAR.log_prob(X[0])) < 1.96 * error
    # 95 of 100, within four standard errors of a proportion, and the estimate's small bias.
    assert abs(covered.mean() - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 1000) + 0.005
    assert abs(error.mean() / estimate.std() - 1.0) < 4 / math.sqrt(2 * 1000) + 0.01


# One chunk; chunks of ten and a rest of five, one image at a time; two images at a time.
@pytest.mark.parametrize("batch_size, rows", [(None, 2000), (10, 200), (50, 1000)])
def test_distribution_does_not_depend_on_the_chunks(inflated, batch_size, rows):
    errors = errors_at_one_point(inflated, rows, num_samples=25, seed=3, batch_size=batch_size)
    reference = simulated(25, 0.8, rows=20_000)
    assert scipy.stats.ks_2samp(errors, reference).pvalue > 1e-4
    assert abs(errors.std() / reference.std() - 1.0) < 5 / math.sqrt(2 * rows)


@pytest.mark.parametrize("seeds", [[None] * 200, range(200)], ids=["the model's own", "ints"])
def test_no_draw_is_counted_twice(inflated, seeds):
    # Two chunks of ten and a rest of nine: were the rest the draws of a chunk over again, the
    # spread would be 27 % wider. The streams of consecutive seeds overlap on torch, where Keras
    # adds up the two words of its state; those of chunks and rest must not.
    estimates = [inflated.log_likelihood(X[:1], 29, seed=s, batch_size=10)[0] for s in seeds]
    spread = np.std(estimates) / simulated(29, 0.8, rows=20_000).std()
    assert abs(spread - 1.0) < 3.5 / math.sqrt(2 * 200)


def test_calls_and_images_do_not_share_their_noise(inflated):
    kwargs = {"num_samples": 5, "batch_size": 5}  # one image a batch
    first, second = (errors_at_one_point(inflated, 100, **kwargs) for _ in "ab")
    lagged = [(first[lag:], second[: 100 - lag]) for lag in range(3)]
    lagged += [(second[lag:], first[: 100 - lag]) for lag in (1, 2)]
    lagged += [(first[lag:], first[: 100 - lag]) for lag in (1, 2)]
    assert max(abs(np.corrcoef(a, b)[0, 1]) for a, b in lagged) < 4.5 / math.sqrt(98)


@pytest.mark.parametrize("batch_size", [None, 4])
def test_seed_repeats_the_estimate(inflated, batch_size):
    first, again, other = (
        inflated.log_likelihood(X, 10, seed=seed, batch_size=batch_size) for seed in (5, 5, 6)
    )
    np.testing.assert_array_equal(first, again)
    assert np.all(first != other)


def test_seed_generator_moves_on(inflated):
    generator = keras.random.SeedGenerator(5)
    first, second = (inflated.log_likelihood(X, 10, seed=generator) for _ in range(2))
    assert np.all(first != second)
