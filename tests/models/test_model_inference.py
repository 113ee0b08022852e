"""What a trained model is asked: means by default, draws on request, the same for any batch."""

import keras
import numpy as np
import pytest
from checks import bits, perturb, quick_compile, shared_out, to_numpy
from zoo import DATA_SHAPE, LIKELIHOODS, MODELS, PRIORS, VARIANTS

from keras_vae import distributions

LATENT_DIM = 2
X = bits(11)


@pytest.fixture(scope="module")
def vae():
    return perturb(MODELS["BernoulliVAE"](seed=0), scale=0.5)


# ---- means -----------------------------------------------------------------------------------


def test_pythae_p9_encode_reconstruct_interpolate_and_predict_draw_no_noise(vae):
    """pythae's `embed`, `reconstruct` and `interpolate` draw posterior samples in eval mode."""
    methods = {
        "encode": lambda: vae.encode(X),
        "reconstruct": lambda: vae.reconstruct(X),
        "interpolate": lambda: vae.interpolate(X[:2], X[2:4], steps=3),
        "predict": lambda: vae.predict(X, verbose=0),
        "decode": lambda: vae.decode(np.ones((2, LATENT_DIM))),
    }
    for name, method in methods.items():
        np.testing.assert_array_equal(method(), method(), err_msg=name)


def test_encode_gives_the_posteriors_mean_and_reconstruct_decodes_it(vae):
    mean = to_numpy(vae.encoder(keras.ops.convert_to_tensor(X))[0])
    np.testing.assert_allclose(vae.encode(X), mean, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(vae.reconstruct(X), vae.decode(vae.encode(X)), rtol=1e-6)
    np.testing.assert_allclose(vae.predict(X, verbose=0), vae.reconstruct(X), rtol=1e-5)


def test_interpolation_ends_at_the_reconstructions_and_is_straight(vae):
    a, b = X[:3], X[3:6]
    path = vae.interpolate(a, b, steps=5)
    assert path.shape == (3, 5, *DATA_SHAPE)
    np.testing.assert_allclose(path[:, 0], vae.reconstruct(a), rtol=1e-5)
    np.testing.assert_allclose(path[:, -1], vae.reconstruct(b), rtol=1e-5)
    middle = 0.5 * (vae.encode(a) + vae.encode(b))
    np.testing.assert_allclose(path[:, 2], vae.decode(middle), rtol=1e-5)


def test_model_and_fit_draw(vae):
    x = keras.ops.convert_to_tensor(X)
    assert np.any(to_numpy(vae(x)) != to_numpy(vae(x)))


# ---- draws -----------------------------------------------------------------------------------

DRAWS = {
    "encode": lambda vae, seed: vae.encode(X, num_samples=2, seed=seed),
    "reconstruct": lambda vae, seed: vae.reconstruct(X, num_samples=2, seed=seed),
    "decode": lambda vae, seed: vae.decode(np.zeros((9, LATENT_DIM)), sample=True, seed=seed),
    "generate": lambda vae, seed: vae.generate(9, seed=seed),
    "generate_sample": lambda vae, seed: vae.generate(9, seed=seed, sample=True),
    "log_likelihood": lambda vae, seed: vae.log_likelihood(X, num_samples=3, seed=seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_seeds_of_draws(vae, name):
    draw = DRAWS[name]
    np.testing.assert_array_equal(draw(vae, 3), draw(vae, 3))
    assert np.any(draw(vae, 3) != draw(vae, 4))
    assert np.any(draw(vae, None) != draw(vae, None))
    generator = keras.random.SeedGenerator(3)
    assert np.any(draw(vae, generator) != draw(vae, generator))


def test_inference_leaves_the_noise_of_training_alone(vae):
    before = [to_numpy(g.state) for g in (vae.seed_generator, vae.validation_seed)]
    for draw in DRAWS.values():
        draw(vae, None)
    after = [to_numpy(g.state) for g in (vae.seed_generator, vae.validation_seed)]
    np.testing.assert_array_equal(before, after)


def test_draws_of_the_posterior_have_its_mean_and_deviation(vae):
    draws = vae.encode(X, num_samples=4000, seed=0)
    assert draws.shape == (4000, len(X), LATENT_DIM)
    q = vae.posterior(X)
    deviation = np.sqrt(to_numpy(q.variance))
    error = (draws.mean(axis=0) - to_numpy(q.mean)) / deviation
    assert np.abs(error).max() < 5 / np.sqrt(4000)
    # The deviation of a sample deviation is 1 / sqrt(2 n) of it.
    assert np.abs(draws.std(axis=0) / deviation - 1).max() < 5 / np.sqrt(2 * 4000)


def test_num_samples_of_one_keeps_the_axis(vae):
    assert vae.encode(X, num_samples=1).shape == (1, len(X), LATENT_DIM)
    assert vae.reconstruct(X, num_samples=1).shape == (1, *X.shape)
    z = vae.encode(X, num_samples=3, seed=0)
    np.testing.assert_allclose(vae.reconstruct(X, num_samples=3, seed=0), vae.decode(z), rtol=1e-6)


@pytest.mark.parametrize("name", shared_out(LIKELIHOODS))
def test_samples_lie_in_the_support(name):
    vae = VARIANTS[f"likelihood={name}"](seed=0)
    x = vae.generate(20, seed=0, sample=True)
    assert x.shape == (20, *DATA_SHAPE) and np.isfinite(x).all()
    support, steps = vae.likelihood_layer.support, vae.likelihood_layer.support_steps
    if support:
        assert x.min() >= support[0] and x.max() <= support[1]
    if steps:
        np.testing.assert_allclose(x * steps, np.rint(x * steps), atol=1e-4)
    if name == "bernoulli":
        assert set(np.unique(x)) == {0.0, 1.0}
    vae.encode(x)  # which refuses what is not in the support


# ---- the prior and its temperature -------------------------------------------------------------


def test_at_temperature_zero_all_are_the_decoded_prior_mean(vae):
    images = vae.generate(3, seed=0, temperature=0.0)
    expected = vae.decode(np.zeros((3, LATENT_DIM)))
    np.testing.assert_allclose(images, expected, rtol=1e-5)


def test_at_temperature_zero_a_learned_prior_gives_its_decoded_mean():
    vae = VARIANTS["prior=learned_normal"](seed=0)
    vae.prior_layer.mean.assign([1.0, -2.0])
    images = vae.generate(2, seed=0, temperature=0.0)
    np.testing.assert_allclose(images, vae.decode([[1.0, -2.0]] * 2), rtol=1e-5)


@pytest.mark.parametrize("name", shared_out(PRIORS))
def test_temperature_scales_the_spread(name):
    prior = VARIANTS[f"prior={name}"](seed=0).prior_layer
    draws = {t: to_numpy(prior.sample(3, seed=1, temperature=t)) for t in (0.0, 0.5, 1.0)}
    # With one seed the noise (and the mixture's choice) is the same; only its scale differs.
    np.testing.assert_allclose(
        draws[0.5] - draws[0.0], 0.5 * (draws[1.0] - draws[0.0]), rtol=1e-4, atol=1e-6
    )
    assert np.all(draws[1.0] != draws[0.0])


# ---- distributions -----------------------------------------------------------------------------


def test_posterior_prior_and_likelihood_are_distributions(vae):
    q, p, decoder = vae.posterior(X), vae.prior(), vae.likelihood(np.zeros((4, LATENT_DIM)))
    assert isinstance(q, distributions.Normal) and isinstance(p, distributions.Normal)
    assert isinstance(decoder, distributions.Bernoulli)
    z = q.sample(seed=0)
    assert to_numpy(q.log_prob(z)).shape == to_numpy(p.log_prob(z)).shape == (len(X),)
    assert to_numpy(distributions.kl_divergence(q, p)).shape == (len(X),)
    x = keras.ops.convert_to_tensor(X[:4])
    assert to_numpy(decoder.log_prob(x)).shape == (4,)
    np.testing.assert_allclose(to_numpy(decoder.mean), vae.decode(np.zeros((4, 2))), rtol=1e-6)
    np.testing.assert_allclose(to_numpy(q.mean), vae.encode(X), rtol=1e-6)


# ---- batches -----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 3, 4, 5, 8, 9])
def test_batch_boundaries_do_not_matter(vae, n):
    x = bits(n)
    for method in (vae.encode, vae.reconstruct):
        whole = method(x)
        assert len(whole) == n
        np.testing.assert_allclose(method(x, batch_size=4), whole, rtol=1e-5, atol=1e-6)
    z = vae.encode(x)
    np.testing.assert_allclose(vae.decode(z, batch_size=4), vae.decode(z), rtol=1e-5)
    np.testing.assert_allclose(
        to_numpy(vae.posterior(x, batch_size=4).mean), z, rtol=1e-5, atol=1e-6
    )
    assert vae.log_likelihood(x, num_samples=3, batch_size=4).shape == (n,)
    assert vae.generate(n, batch_size=4).shape == (n, *DATA_SHAPE)


def test_each_row_has_its_own_answer(vae):
    """Order is kept and no row's answer depends on its neighbours (pythae's P3)."""
    one_by_one = np.concatenate([vae.encode(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(vae.encode(X, batch_size=4), one_by_one, rtol=1e-5, atol=1e-6)


def test_inputs_may_be_tensors_and_lists_of_latents(vae):
    x = keras.ops.convert_to_tensor(X)
    np.testing.assert_array_equal(vae.encode(x), vae.encode(X))
    np.testing.assert_array_equal(vae.reconstruct(x), vae.reconstruct(X))
    z = vae.encode(X)
    np.testing.assert_array_equal(vae.decode(z.tolist()), vae.decode(z))
    assert isinstance(vae.encode(x), np.ndarray)


# ---- progress ----------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["encode", "reconstruct"])
def test_progress_is_shown_on_long_work_only(vae, method, capsys):
    getattr(vae, method)(bits(200), batch_size=4)
    assert capsys.readouterr().out == ""
    getattr(vae, method)(bits(204), batch_size=4)
    assert "51/51" in capsys.readouterr().out
    getattr(vae, method)(bits(204), batch_size=4, verbose=0)
    assert capsys.readouterr().out == ""
    getattr(vae, method)(bits(8), batch_size=4, verbose=1)
    assert "2/2" in capsys.readouterr().out


# ---- after more training -----------------------------------------------------------------------


def test_results_are_not_stale_after_more_training():
    vae = quick_compile(MODELS["BernoulliVAE"](seed=0), keras.optimizers.Adam(0.1))
    ask = {
        "encode": lambda: vae.encode(X),
        "decode": lambda: vae.decode(np.ones((2, LATENT_DIM))),
        "reconstruct": lambda: vae.reconstruct(X),
        "predict": lambda: vae.predict(X, verbose=0),
        "generate": lambda: vae.generate(4, seed=0),
        "log_likelihood": lambda: vae.log_likelihood(X, num_samples=3, seed=0),
        "interpolate": lambda: vae.interpolate(X[:2], X[2:4], steps=3),
    }
    before = {name: method() for name, method in ask.items()}
    vae.fit(X, batch_size=11, verbose=0)
    trained = {name: method() for name, method in ask.items()}
    fresh = MODELS["BernoulliVAE"](seed=0)
    fresh.set_weights(vae.get_weights())
    np.testing.assert_allclose(trained["encode"], fresh.encode(X), rtol=1e-5, atol=1e-6)
    for name, values in trained.items():
        assert not np.allclose(values, before[name]), name
    vae.set_weights([0.0 * weight for weight in vae.get_weights()])
    assert np.all(vae.encode(X) == 0.0)
