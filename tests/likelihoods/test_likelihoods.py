"""Likelihoods: decoder outputs -> p(x|z), against scipy, integrals and closed forms."""

import math
from functools import partial
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from checks import to_numpy
from toys import compute, small_vae, tensor

from keras_vae import VAE, likelihoods, models, networks

EVENT = (2, 3)
BATCH = 5
RNG = np.random.default_rng(0)


def continuous_bernoulli_logpdf(x, logits):
    """The exponential family exp(l x) on [0, 1], normalised by quadrature."""

    def normaliser(logit):
        return scipy.integrate.quad(lambda t: math.exp(logit * t), 0, 1)[0]

    return logits * x - np.log(np.vectorize(normaliser)(logits))


def logistic_bins(x, mean, scale, num_levels):
    """log of the logistic's mass around a level; the outer bins reach to infinity."""
    level, frozen = np.round(x * (num_levels - 1)), scipy.stats.logistic(mean, scale)
    upper = np.where(level == num_levels - 1, np.inf, (level + 0.5) / (num_levels - 1))
    lower = np.where(level == 0, -np.inf, (level - 0.5) / (num_levels - 1))
    return np.log(frozen.cdf(upper) - frozen.cdf(lower))


def categorical(x, logits):
    index = np.round(x * (logits.shape[-1] - 1)).astype(int)
    log_probs = scipy.special.log_softmax(logits, axis=-1)
    return np.take_along_axis(log_probs, index[..., None], axis=-1)[..., 0]


class Case(NamedTuple):
    """A likelihood, the data it is for, and its log-density by somebody else."""

    likelihood: Any
    data: Any  # function of a shape
    log_prob: Any  # function of x and the parameters
    parameters: Any = None  # function of a shape, as data; normal ones by default


def normal_data(shape):
    return RNG.normal(size=shape)


def binary_data(shape):
    return RNG.integers(0, 2, shape)


def grey_data(shape):
    return RNG.uniform(size=shape)


def levels(num_levels):
    return lambda shape: RNG.integers(0, num_levels, shape) / (num_levels - 1)


CASES = {
    "bernoulli": Case(
        likelihoods.Bernoulli,
        binary_data,
        lambda x, t: scipy.stats.bernoulli(scipy.special.expit(t)).logpmf(x),
    ),
    "bernoulli of probabilities": Case(
        lambda: likelihoods.Bernoulli(from_logits=False),
        binary_data,
        lambda x, p: scipy.stats.bernoulli(p).logpmf(x),
        parameters=lambda shape: RNG.uniform(0.01, 0.99, shape),
    ),
    "bernoulli of grey values": Case(
        likelihoods.Bernoulli,
        grey_data,
        lambda x, t: x * scipy.special.log_expit(t) + (1 - x) * scipy.special.log_expit(-t),
    ),
    "continuous_bernoulli": Case(
        likelihoods.ContinuousBernoulli, grey_data, continuous_bernoulli_logpdf
    ),
    "normal": Case(
        lambda: likelihoods.Normal(scale=0.3),
        normal_data,
        lambda x, mean: scipy.stats.norm(mean, 0.3).logpdf(x),
    ),
    "shared_normal": Case(
        lambda: likelihoods.SharedNormal(initial_scale=0.7),
        normal_data,
        lambda x, mean: scipy.stats.norm(mean, 0.7).logpdf(x),
    ),
    "shared_normal at its least scale": Case(
        lambda: likelihoods.SharedNormal(initial_scale=0.01, min_scale=0.1),
        normal_data,
        lambda x, mean: scipy.stats.norm(mean, 0.1).logpdf(x),
    ),
    "heteroscedastic_normal": Case(
        lambda: likelihoods.HeteroscedasticNormal(log_var_range=(-30.0, 30.0)),
        normal_data,
        lambda x, mean, log_var: scipy.stats.norm(mean, np.exp(log_var / 2)).logpdf(x),
    ),
    "optimal_normal before training": Case(
        likelihoods.OptimalNormal,
        normal_data,
        lambda x, mean: scipy.stats.norm(mean, 1.0).logpdf(x),
    ),
    "laplace": Case(
        lambda: likelihoods.Laplace(initial_scale=0.4),
        normal_data,
        lambda x, mean: scipy.stats.laplace(mean, 0.4).logpdf(x),
    ),
    "laplace at its least scale": Case(
        lambda: likelihoods.Laplace(initial_scale=0.01, min_scale=0.1),
        normal_data,
        lambda x, mean: scipy.stats.laplace(mean, 0.1).logpdf(x),
    ),
    "student_t": Case(
        lambda: likelihoods.StudentT(df=3.0, initial_scale=0.4),
        normal_data,
        lambda x, mean: scipy.stats.t(3.0, mean, 0.4).logpdf(x),
    ),
    "log_cosh": Case(
        lambda: likelihoods.LogCosh(initial_scale=0.4),
        normal_data,
        lambda x, mean: scipy.stats.hypsecant(mean, 0.4).logpdf(x),
    ),
    "discretized_logistic": Case(
        lambda: likelihoods.DiscretizedLogistic(num_levels=16, initial_scale=0.05),
        levels(16),
        lambda x, mean: logistic_bins(x, mean, 0.05, 16),
        parameters=grey_data,
    ),
    "categorical": Case(lambda: likelihoods.Categorical(num_levels=4), levels(4), categorical),
}


def built(likelihood, event_shape=EVENT):
    likelihood.build_once(event_shape)
    return likelihood


# As `decode` gives them, and as several draws of z give them.
@pytest.mark.parametrize("leading", [(BATCH,), (7, BATCH)], ids=["batch", "samples and batch"])
@pytest.mark.parametrize("name", CASES)
def test_log_prob(name, leading):
    case = CASES[name]
    likelihood = built(case.likelihood())
    shapes = likelihood.parameter_shapes(EVENT).values()
    draw = case.parameters or normal_data
    parameters = [draw((*leading, *shape)).astype("float32") for shape in shapes]
    x = case.data((BATCH, *EVENT)).astype("float32")
    ours = compute(lambda: likelihood([tensor(p) for p in parameters]).log_prob(tensor(x)))
    x = np.broadcast_to(x, (*leading, *EVENT)).astype("float64")
    reference = case.log_prob(x, *(p.astype("float64") for p in parameters))
    assert ours.shape == leading
    np.testing.assert_allclose(ours, reference.sum(axis=(-2, -1)), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("name", ["shared_normal", "laplace"])
def test_least_scale_does_not_hold_the_scale_for_good(name):
    # A decoder that gives zeros, at the least scale for data of zeros.
    encoder = networks.mlp((2,), {"mean": (1,), "log_var": (1,)}, hidden=())
    decoder = networks.mlp((1,), {"mean": (2,)}, hidden=())
    decoder.set_weights([0 * w for w in decoder.get_weights()])
    encoder.trainable = decoder.trainable = False
    vae = VAE(encoder, decoder, likelihood=likelihoods.get(name))
    vae.compile(keras.optimizers.Adam(10.0))
    vae.fit(np.zeros((8, 2)), batch_size=4, epochs=2, verbose=0)
    np.testing.assert_allclose(to_numpy(vae.likelihood_layer.log_scale), np.log(1e-3), rtol=1e-6)
    vae.optimizer.learning_rate.assign(0.5)
    vae.fit(np.ones((8, 2)), batch_size=4, epochs=4, verbose=0)
    assert to_numpy(vae.likelihood_layer.log_scale) > np.log(1e-3) + 0.5


@pytest.mark.parametrize("num_levels", [2, 5, 256])
@pytest.mark.parametrize("family", [likelihoods.DiscretizedLogistic, likelihoods.Categorical])
def test_levels_sum_to_one(family, num_levels):
    likelihood = built(family(num_levels=num_levels), (1,))
    (shape,) = likelihood.parameter_shapes((1,)).values()
    parameters = RNG.normal(size=(3, 1, *shape))  # three latents, each with all levels
    grid = (np.arange(num_levels) / (num_levels - 1))[:, None]
    log_probs = compute(lambda: likelihood(tensor(parameters)).log_prob(tensor(grid)))
    assert log_probs.shape == (3, num_levels)
    np.testing.assert_allclose(np.exp(log_probs).sum(axis=-1), 1.0, atol=1e-4)


def test_bernoulli_of_probabilities_is_that_of_their_logits():
    logits, x = RNG.normal(size=(4, 6)) * 3, grey_data((4, 6))
    of_logits, of_probs = (
        built(likelihoods.Bernoulli(from_logits), (6,)) for from_logits in (1, 0)
    )

    def both():
        probs = tensor(scipy.special.expit(logits))
        p, q = of_logits(tensor(logits)), of_probs(probs)
        return p.log_prob(tensor(x)), q.log_prob(tensor(x)), p.mean, q.mean

    log_prob, log_prob_of_probs, mean, mean_of_probs = compute(both)
    np.testing.assert_allclose(log_prob_of_probs, log_prob, rtol=1e-5)
    np.testing.assert_allclose(mean_of_probs, mean, rtol=1e-5)


@pytest.mark.parametrize("log_var_range", [(-10.0, 5.0), (-1.0, 1.0)])
def test_heteroscedastic_log_variance_is_bounded_and_monotone(log_var_range):
    likelihood = built(likelihoods.HeteroscedasticNormal(log_var_range=log_var_range), (1,))
    outputs = np.concatenate([[-1e30, -1e4], np.linspace(-50, 50, 101), [1e4, 1e30]])[:, None]
    log_var = compute(lambda: likelihood([0.0 * tensor(outputs), tensor(outputs)]).log_var)[:, 0]
    low, high = log_var_range
    lift = math.log1p(math.exp(low - high))  # of the upper bound, by the second softplus
    assert np.all(log_var >= low) and np.all(log_var <= high + lift + 1e-6)
    assert log_var[0] == low and abs(log_var[-1] - high - lift) < 1e-5
    assert np.all(np.diff(log_var) >= 0)


def test_heteroscedastic_log_variance_is_the_decoders_between_its_bounds():
    likelihood = built(likelihoods.HeteroscedasticNormal(), (1,))
    outputs = np.linspace(-5, 0, 11)[:, None]
    log_var = compute(lambda: likelihood([0.0 * tensor(outputs), tensor(outputs)]).log_var)
    # softplus(-5) at five nats from a bound.
    np.testing.assert_allclose(log_var, outputs, atol=0.007)


def linear_vae(likelihood, learning_rate):
    """A linear model of four numbers with one latent."""
    kwargs = {"data_shape": (4,), "latent_dim": 1, "hidden": (), "likelihood": likelihood}
    return small_vae(models.GaussianVAE, keras.optimizers.Adam(learning_rate), **kwargs)


@pytest.mark.parametrize(
    "likelihood", [likelihoods.SharedNormal, partial(likelihoods.OptimalNormal, momentum=0.9)]
)
def test_learns_the_noise_of_probabilistic_pca(likelihood):
    # A linear VAE's optimum is probabilistic PCA's, in closed form: the noise is the mean of the
    # covariance's eigenvalues that have no latent (Tipping and Bishop, 1999; Lucas et al., 2019).
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 1)) * [1.0, -1.0, 0.5, 1.5] + 0.3 * rng.normal(size=(4000, 4))
    eigenvalues = np.linalg.eigvalsh(np.cov(x.T))
    vae = linear_vae(likelihood(), learning_rate=0.02)
    vae.fit(x.astype("float32"), batch_size=200, epochs=60, verbose=0)
    (variance,) = set(np.ravel(to_numpy(vae.likelihood(np.zeros((1, 1))).variance)))
    assert abs(math.sqrt(variance / eigenvalues[:-1].mean()) - 1.0) < 0.03


@pytest.mark.parametrize("likelihood", ["shared_normal", "laplace"])
def test_least_scale_keeps_reproducible_data_finite(likelihood):
    vae = linear_vae(likelihood, learning_rate=0.3)
    history = vae.fit(np.zeros((64, 4), "float32"), epochs=30, verbose=0).history
    assert np.all(np.isfinite(history["loss"]))
    # No density is above that of the least scale at its mean.
    peak = {"shared_normal": -0.5 * math.log(2 * math.pi), "laplace": -math.log(2)}[likelihood]
    assert min(history["reconstruction"]) >= -4 * (peak - math.log(1e-3)) - 1e-3
