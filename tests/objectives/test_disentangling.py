"""beta-TCVAE, DIP-VAE, FactorVAE and the annealed capacity against NumPy and enumeration."""

import itertools
import math

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import BACKEND, quick_compile, to_numpy
from keras import ops
from toys import compute, grey, small_vae, tensor
from traces import gradients, loss_and_terms, normal_trace

from keras_vae import callbacks, models, objectives
from keras_vae.objectives import DIPVAE, AnnealedCapacity, BetaTCVAE, FactorVAE
from keras_vae.objectives.factor_vae import shuffle_elements

RNG = np.random.default_rng(0)
MEAN, LOG_VAR, Z = (RNG.normal(size=(5, 3)).astype("float32") for _ in range(3))


def trace():
    return normal_trace(Z, MEAN, LOG_VAR)


def log_q():
    """log q(z_i|x_j) of each element, (z, x, latent), by scipy."""
    return scipy.stats.norm(MEAN, np.exp(0.5 * LOG_VAR)).logpdf(Z[:, None].astype("float64"))


def rates_by_hand(log_weights):
    each = log_q()
    own = np.einsum("iid->i", each)
    joint = scipy.special.logsumexp(log_weights + each.sum(-1), axis=1)
    product = scipy.special.logsumexp(log_weights[..., None] + each, axis=1).sum(-1)
    prior = scipy.stats.norm.logpdf(Z.astype("float64")).sum(-1)
    return [np.mean(t) for t in (own - joint, joint - product, product - prior)]


# ---- beta-TCVAE ------------------------------------------------------------------------------


@pytest.mark.parametrize("size, num_data", [(1, 1), (1, 50), (2, 2), (5, 100), (7, 7), (8, 5)])
def test_stratified_weights_add_up_to_one(size, num_data):
    objective = BetaTCVAE(num_data=num_data)
    weights = np.exp(compute(lambda: objective.log_weights(ops.zeros((size, 3)))))
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, rtol=1e-5)
    if size > 1:
        np.testing.assert_allclose(np.diag(weights), 1 / max(size, num_data), rtol=1e-5)


def test_stratified_estimate_is_unbiased_over_all_batches():
    """The mean over every batch that can hold an example is q(z) over the data."""
    num_data, size = 6, 3
    density = RNG.uniform(size=num_data)  # q(z|x_j) at the draw z of example 0
    weights = np.exp(
        compute(lambda: BetaTCVAE(num_data=num_data).log_weights(ops.zeros((size, 2))))
    )
    estimates = [
        weights[0] @ density[[0, *others]]
        for others in itertools.permutations(range(1, num_data), size - 1)
    ]
    np.testing.assert_allclose(np.mean(estimates), density.mean(), rtol=1e-6)


@pytest.mark.parametrize("num_data", [5, 40])
@pytest.mark.parametrize("estimator", ["mss", "mws"])
def test_rates_are_those_by_hand(estimator, num_data):
    objective = BetaTCVAE(0.5, 3.0, 2.0, num_data=num_data, estimator=estimator)
    if estimator == "mws":
        weights = np.full((5, 5), 1 / (5 * num_data))
    else:
        weights = np.full((5, 5), (num_data - 1) / (num_data * 4))
        np.fill_diagonal(weights, 1 / num_data)
    expected = rates_by_hand(np.log(weights))
    terms = loss_and_terms(objective, trace)
    names = ("mutual_information", "total_correlation", "dimension_wise_kl")
    np.testing.assert_allclose([terms[n] for n in names], expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(terms["loss"], np.dot([0.5, 3.0, 2.0], expected), rtol=1e-4)
    # They add up to the Monte Carlo KL, whatever the estimate of q(z).
    own = np.einsum("iid->i", log_q()) - scipy.stats.norm.logpdf(Z).sum(-1)
    np.testing.assert_allclose(sum(terms[n] for n in names), own.mean(), rtol=1e-5)


def test_with_the_whole_data_in_the_batch_the_aggregate_is_exact():
    terms = loss_and_terms(BetaTCVAE(num_data=5), trace)
    aggregate = scipy.special.logsumexp(log_q().sum(-1), axis=1) - math.log(5)
    own = np.einsum("iid->i", log_q())
    np.testing.assert_allclose(terms["mutual_information"], (own - aggregate).mean(), rtol=1e-5)


def test_a_batch_of_one_has_no_mutual_information():
    one = loss_and_terms(BetaTCVAE(num_data=100), lambda: normal_trace(Z[:1], MEAN[:1]))
    assert abs(one["mutual_information"]) < 1e-6 and abs(one["total_correlation"]) < 1e-6


def test_number_of_examples_is_learned_from_fit_and_kept_in_files(tmp_path):
    vae = quick_compile(models.BetaTCVAE((6,), latent_dim=2, hidden=(4,), seed=0))
    with pytest.raises(ValueError, match="needs the number of training examples"):
        vae.evaluate(grey(5), verbose=0)
    vae.fit(grey(20), validation_split=0.25, verbose=0)
    assert float(vae.objective.num_examples) == 15
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert np.isfinite(loaded.evaluate(grey(5), verbose=0)).all()
    given = BetaTCVAE(num_data=77)
    given.before_fit(vae.context, grey(15))
    assert float(given.num_examples) == 77


@pytest.mark.parametrize(
    "cls, parts, message",
    [
        (models.BernoulliVAE, {"prior": "normal_mixture"}, "prior with independent.*Mixture"),
        (models.PlanarVAE, {}, "posterior with independent.*Transformed"),
        (models.SVAE, {}, "posterior with independent.*VonMisesFisher"),
        (models.BinaryVAE, {}, "straight_through=True.*BetaTCVAE"),
    ],
)
def test_dependent_and_relaxed_latents_are_refused(cls, parts, message):
    with pytest.raises(ValueError, match=message):
        small_vae(cls, objective=BetaTCVAE(num_data=9), **parts)


@pytest.mark.parametrize(
    "cls, settings",
    [(models.BinaryVAE, {"latent_dim": 3}), (models.CategoricalVAE, {"num_variables": 2})],
)
def test_discrete_latents_are_taken_apart_too(cls, settings):
    vae = cls((6,), hidden=(4,), straight_through=True, seed=0, **settings)
    objective = BetaTCVAE(num_data=5)

    def run():
        made = vae.trace(grey(5), training=True)
        rates = objective.rates(made)
        return sum(rates), made.log_ratio(), rates[1]

    whole, log_ratio, total_correlation = (to_numpy(value) for value in run())
    np.testing.assert_allclose(whole, log_ratio, rtol=1e-4, atol=1e-5)
    assert np.all(np.isfinite(total_correlation)) and total_correlation.shape == (5,)


# ---- DIP-VAE ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [1, 2])
@pytest.mark.parametrize("rows", [1, 5])
def test_dip_penalties_are_those_of_the_covariance(kind, rows):
    mean, log_var = MEAN[:rows].astype("float64"), LOG_VAR[:rows].astype("float64")
    covariance = np.cov(mean.T, bias=True) if rows > 1 else np.zeros((3, 3))
    if kind == 2:
        covariance = covariance + np.diag(np.exp(log_var).mean(axis=0))
    diagonal = np.square(np.diag(covariance) - 1).sum()
    off_diagonal = np.square(covariance).sum() - np.square(np.diag(covariance)).sum()
    terms = loss_and_terms(
        DIPVAE(kind, off_diagonal=2.0), lambda: normal_trace(Z[:rows], mean, log_var)
    )
    np.testing.assert_allclose(terms["off_diagonal"], off_diagonal, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(terms["diagonal"], diagonal, rtol=1e-5)
    weighted = 2.0 * off_diagonal + (20.0 if kind == 1 else 2.0) * diagonal
    np.testing.assert_allclose(terms["loss"], terms["kl"] + weighted, rtol=1e-5)


# ---- FactorVAE -------------------------------------------------------------------------------


def factor(gamma=3.0, seed=0):
    vae = small_vae(objective=FactorVAE(gamma, hidden=(8,)), seed=seed)
    rng = np.random.default_rng(seed)
    for weight in vae.objective.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    return vae.objective


def logit_by_hand(objective, z):
    w0, w1, b0, b1 = (to_numpy(w) for w in objective.discriminator.weights)
    h = z @ w0 + b0
    return (np.where(h > 0, h, 0.2 * h) @ w1 + b1)[:, 0]


def test_latents_feel_the_total_correlation_and_not_the_discriminators_loss():
    objective, z = factor(gamma=3.0), Z[:, :2].astype("float64")

    def loss(z):
        return objective(trace=normal_trace(z, MEAN[:, :2]))[0]

    slope = gradients(loss, z)
    # The KL is closed here, of mean and variance, which do not depend on z.
    for i, j in np.ndindex(*z.shape):
        step = 1e-4 * (np.arange(5) == i)[:, None] * (np.arange(2) == j)
        up, down = (logit_by_hand(objective, z + s * step).mean() for s in (1, -1))
        np.testing.assert_allclose(slope[i, j], 3.0 * (up - down) / 2e-4, rtol=1e-3, atol=1e-5)


def test_discriminator_learns_from_its_own_loss_alone_and_in_the_right_direction():
    """Its weights move the same whatever gamma is, so that correlated latents get high logits."""
    data = RNG.normal(size=(512, 1)) * [1.0, 1.0]  # equal elements: as dependent as can be
    biases = []
    for gamma in (0.0, 50.0):
        objective = factor(gamma)

        def loss(bias, objective=objective):
            discriminator = objective.discriminator
            kept = discriminator.biases
            object.__setattr__(discriminator, "biases", [bias, kept[1]])
            try:
                return objective(trace=normal_trace(data))[0]
            finally:
                object.__setattr__(discriminator, "biases", kept)

        objective.seed_generator.state.assign(0 * objective.seed_generator.state)
        biases.append(gradients(loss, to_numpy(objective.discriminator.biases[0])))
    np.testing.assert_allclose(biases[0], biases[1], rtol=1e-4, atol=1e-6)
    assert np.abs(biases[0]).max() > 1e-4


def test_discriminator_finds_the_total_correlation_of_known_latents():
    """Of a normal with correlation r it is -log(1 - r^2) / 2."""
    correlation, objective = 0.8, factor()
    optimizer = keras.optimizers.Adam(0.01)
    rng = np.random.default_rng(0)
    model = Pair(objective.discriminator, objective)
    model.compile(optimizer, jit_compile=BACKEND == "jax")
    z = rng.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], 4000)
    model.fit(z.astype("float32"), batch_size=200, epochs=60, verbose=0)
    logits = compute(lambda: objective.discriminator(tensor(z)))
    exact = -0.5 * math.log(1 - correlation**2)
    assert abs(logits.mean() - exact) < 0.12


class Pair(keras.Model):
    """Trains a discriminator on given latents."""

    def __init__(self, discriminator, objective):
        super().__init__()
        self.discriminator, self.noise = discriminator, objective.seed_generator

    def call(self, z, training=False):
        shuffled = shuffle_elements(z, self.noise)
        self.add_loss(ops.mean(self.discriminator.loss(z, shuffled)))
        return z


def test_shuffled_elements_keep_their_columns_and_lose_their_rows():
    z = np.arange(3000.0).reshape(1000, 3)
    shuffled = compute(lambda: shuffle_elements(tensor(z), keras.random.SeedGenerator(0)))
    np.testing.assert_array_equal(np.sort(shuffled, axis=0), z)
    assert np.mean(np.diff(shuffled, axis=1) == 1) < 0.02
    one = compute(lambda: shuffle_elements(tensor(z[:1]), keras.random.SeedGenerator(0)))
    np.testing.assert_array_equal(one, z[:1])


def test_factor_vae_encodes_all_rows_in_order():
    vae = small_vae(models.FactorVAE, discriminator_hidden=(4,))
    x = grey(10)
    np.testing.assert_allclose(vae.encode(x)[3:4], vae.encode(x[3:4]), rtol=1e-5)
    assert vae.encode(x).shape == (10, 2)


# ---- annealed capacity -----------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [0.0, 2.0, 100.0])
def test_distance_is_of_the_mean_kl(capacity):
    objective = AnnealedCapacity(gamma=10.0, capacity=capacity)
    terms = loss_and_terms(objective, trace)
    kl = 0.5 * (np.exp(LOG_VAR) + MEAN**2 - 1 - LOG_VAR).sum(axis=1).mean()
    np.testing.assert_allclose(terms["kl"], kl, rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], 10.0 * abs(kl - capacity), rtol=1e-5)


def test_capacity_rises_by_epochs_and_compiled_steps_see_it():
    vae = small_vae(
        models.AnnealedVAE, optimizer=keras.optimizers.SGD(0.0), gamma=10.0, capacity=0.0
    )
    rise = callbacks.LinearCapacity(epochs=3, start=0.0, stop=30.0)
    history = vae.fit(grey(16), epochs=4, callbacks=[rise], verbose=0).history
    distance = np.abs(np.array(history["kl"]) - [0.0, 15.0, 30.0, 30.0])
    np.testing.assert_allclose(
        history["loss"], np.array(history["reconstruction"]) + 10 * distance, rtol=1e-4
    )
    with pytest.raises(ValueError, match="needs a model whose objective has a capacity"):
        small_vae().fit(grey(4), callbacks=[rise], verbose=0)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: BetaTCVAE(estimator="mc"), r"one of \['mss', 'mws'\]"),
        (lambda: BetaTCVAE(num_data=0), "`num_data` must be a positive integer"),
        (lambda: DIPVAE(kind=3), r"`kind` must be one of \[1, 2\]"),
        (lambda: FactorVAE(gamma=-1.0), "`gamma` must be a number >= 0"),
        (lambda: AnnealedCapacity(capacity=-1.0), "`capacity` must be a number >= 0"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_names():
    assert isinstance(objectives.get("beta_tcvae"), BetaTCVAE)
