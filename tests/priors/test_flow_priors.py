"""Flow priors: they start at N(0, 1), score what they draw, and learn with the model."""

import functools

import keras
import numpy as np
import pytest
import scipy.stats
from checks import quick_compile, to_numpy
from toys import compute, grey, tensor

from keras_vae import VAE, layers, likelihoods, networks, posteriors, priors

COUNT = 20_000
PRIORS = {
    "real_nvp": functools.partial(priors.RealNVP, num_flows=3, hidden=(6,)),
    "maf": functools.partial(priors.MAF, num_flows=3, hidden=(6,)),
}
every = pytest.mark.parametrize("name", PRIORS)


def built(name, size=3, scale=None):
    """A prior, with random numbers for its weights if a scale is given."""
    prior = PRIORS[name]()
    prior.build_once((size,))
    rng = np.random.default_rng(0)
    for weight in prior.weights if scale else []:
        weight.assign(scale * rng.normal(size=weight.shape))
    return prior


@every
@pytest.mark.parametrize("size", [1, 2, 5])
def test_starts_at_the_standard_normal(name, size):
    prior = built(name, size)
    z = np.random.default_rng(0).normal(size=(20, size)) * 3
    log_prob = compute(lambda: prior.distribution().log_prob(tensor(z)))
    np.testing.assert_allclose(log_prob, scipy.stats.norm.logpdf(z).sum(axis=-1), rtol=1e-5)


@every
@pytest.mark.parametrize("temperature", [0.5, 1.0])
def test_draws_come_from_the_density(name, temperature):
    # Back through the flow they are the noise again, with the temperature as its deviation.
    prior = built(name, scale=0.7)

    def draw():
        q = prior.distribution(temperature)
        z, log_prob = q.sample_and_log_prob(COUNT, seed=0)
        return z, log_prob, q.log_prob(z), q.flow.inverse(z)[0]

    z, log_prob, again, noise = compute(draw)
    assert z.shape == (COUNT, 3)
    # Scales up to e^3 in each of three steps magnify the roundings of z.
    np.testing.assert_allclose(again, log_prob, rtol=1e-3, atol=1e-2)
    scaled = noise / temperature
    assert min(scipy.stats.kstest(column, "norm").pvalue for column in scaled.T) > 1e-3
    assert np.abs(z.mean(axis=0)).max() > 0.05  # it is no standard normal


@every
def test_no_noise_at_temperature_zero(name):
    prior = built(name, scale=0.7)
    draws = to_numpy(prior.sample(5, seed=0, temperature=0.0))
    mean = to_numpy(prior.distribution().mean)
    np.testing.assert_allclose(draws, np.tile(mean, (5, 1)), rtol=1e-5, atol=1e-6)


@every
def test_seed_repeats_the_draws(name):
    prior = built(name, scale=0.7)
    first, again, other = (to_numpy(prior.sample(5, seed=seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@every
def test_log_density_keeps_all_axes_in_front(name):
    prior = built(name, scale=0.7)
    z = np.random.default_rng(0).normal(size=(4, 5, 3))
    together = compute(lambda: prior.distribution().log_prob(tensor(z)))
    assert together.shape == (4, 5)
    alone = compute(lambda: prior.distribution().log_prob(tensor(z[1, 2])))
    np.testing.assert_allclose(together[1, 2], alone, rtol=1e-4, atol=1e-5)


@every
def test_config_is_kept(name):
    config = keras.saving.serialize_keras_object(PRIORS[name](activation="tanh"))
    restored = keras.saving.deserialize_keras_object(config)
    assert (restored.num_flows, tuple(restored.hidden)) == (3, (6,))
    assert restored.activation == "tanh"


@every
def test_serves_a_model_put_together_by_hand(name):
    # Built while the model is symbolic, with an unknown batch, and trained by Keras' own loop.
    x = keras.Input((6,))
    posterior = posteriors.IAF(num_flows=2, context_dim=2, hidden=(4,))
    heads = [keras.layers.Dense(size)(x) for size in (3, 3, 2)]
    z = layers.LatentSampling(PRIORS[name](), posterior, seed=0)(heads)
    x_hat = layers.DataSampling("bernoulli")([x, keras.layers.Dense(6)(z)])
    model = quick_compile(keras.Model(x, x_hat))
    history = model.fit(grey(9), batch_size=4, epochs=2, verbose=0).history
    assert np.all(np.isfinite(history["loss"]))


@pytest.mark.parametrize("make", [priors.RealNVP, priors.MAF])
def test_bad_arguments(make):
    with pytest.raises(
        ValueError, match="`num_flows` must be a positive integer. Received: num_flows=0"
    ):
        make(num_flows=0)
    with pytest.raises(ValueError, match="vectors. Received: latents of shape \\(2, 2\\)"):
        make().build_once((2, 2))
    with pytest.raises(ValueError, match="hidden.*Received: hidden=4"):
        make(hidden=4).build_once((2,))


@pytest.mark.parametrize("name", ["real_nvp", "maf"])
def test_learns_the_aggregate_posterior(name):
    # Posteriors N(mean, e^-1) whose means are drawn along a line. Their mixture is a correlated
    # normal, and the mean KL to it the least that a prior can reach; one without correlations, as
    # the standard normal where the flow starts, stays far above.
    rng = np.random.default_rng(0)
    matrix = np.array([[1.0, 0.0], [1.5, 0.3]])
    means = rng.normal(size=(2000, 2)) @ matrix.T
    covariance = np.cov(means.T, bias=True) + np.exp(-1.0) * np.eye(2)
    least = 0.5 * (np.linalg.slogdet(covariance)[1] + 2.0)
    alone = 0.5 * (np.log(np.diag(covariance)).sum() + 2.0)
    vae = identity_vae(PRIORS[name](hidden=(16,)))
    x = means.astype("float32")
    vae.fit(x, batch_size=200, epochs=15, verbose=0)
    kl = np.mean(
        [vae.evaluate(x, batch_size=500, verbose=0, return_dict=True)["kl"] for _ in "abc"]
    )
    assert alone - least > 0.4
    assert abs(kl - least) < 0.05


def identity_vae(prior):
    """A model of which nothing trains but the prior, with posteriors N(x, e^-1)."""
    encoder = networks.mlp((2,), {"mean": (2,), "log_var": (2,)}, hidden=())
    identity, zeros = np.eye(2), np.zeros(2)
    encoder.set_weights([identity, zeros, 0 * identity, zeros - 1.0])
    decoder = networks.mlp((2,), {"mean": (2,)}, hidden=())
    encoder.trainable = decoder.trainable = False
    vae = VAE(encoder, decoder, prior=prior, likelihood=likelihoods.Normal(), seed=0)
    return quick_compile(vae, keras.optimizers.Adam(0.02))
