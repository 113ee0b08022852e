"""Objectives without noise in the latent: penalties by hand, Jacobians by finite differences."""

import keras
import numpy as np
import pytest
from checks import quick_compile, to_numpy
from toys import compute, grey, small_vae, tensor
from traces import loss_and_terms, normal_trace

from keras_vae import VAE, likelihoods, models, networks, posteriors
from keras_vae.distributions import Point
from keras_vae.objectives import RAE, Reconstruction, SparseReconstruction

Z = np.random.default_rng(0).normal(size=(5, 3))


def test_penalties_by_hand():
    objective = Reconstruction(l2=0.5, l1=2.0)
    terms = loss_and_terms(objective, lambda: normal_trace(Z))
    l2, l1 = np.square(Z).sum(axis=1).mean(), np.abs(Z).sum(axis=1).mean()
    np.testing.assert_allclose([terms["l2"], terms["l1"]], [l2, l1], rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], 0.5 * l2 + 2.0 * l1, rtol=1e-5)
    assert Reconstruction().term_names == ("reconstruction",)


def test_sparsity_is_the_kl_of_bernoullis_and_zero_at_the_rate():
    z = np.random.default_rng(0).uniform(0.05, 0.9, size=(7, 3))
    terms = loss_and_terms(SparseReconstruction(0.2, weight=3.0), lambda: normal_trace(z))
    mean = z.mean(axis=0)
    kl = 0.2 * np.log(0.2 / mean) + 0.8 * np.log(0.8 / (1 - mean))
    np.testing.assert_allclose(terms["sparsity"], kl.sum(), rtol=1e-5)
    np.testing.assert_allclose(terms["loss"], 3.0 * kl.sum(), rtol=1e-5)
    at_rate = loss_and_terms(SparseReconstruction(0.2), lambda: normal_trace(0 * z + 0.2))
    assert abs(at_rate["sparsity"]) < 1e-6
    for value in (0.0, 1.0):
        ends = loss_and_terms(SparseReconstruction(0.2), lambda v=value: normal_trace(0 * z + v))
        assert np.isfinite(ends["loss"])


def rae(penalty, hidden=(5,)):
    vae = small_vae(
        models.RAE, hidden=hidden, penalty=penalty, activation="tanh", decoder_weight=0.1
    )
    rng = np.random.default_rng(0)
    for weight in vae.decoder.trainable_variables:
        weight.assign(rng.normal(size=weight.shape))
    return vae


def test_weight_penalty_is_of_the_decoders_weights():
    vae = rae("l2")
    result = vae.evaluate(grey(4), verbose=0, return_dict=True)
    squares = sum(np.square(w).sum() for w in vae.decoder.get_weights())
    np.testing.assert_allclose(result["decoder"], squares, rtol=1e-5)
    code = 0.5 * np.square(vae.encode(grey(4))).sum(axis=1).mean()
    np.testing.assert_allclose(result["code"], code, rtol=1e-5)
    expected = result["reconstruction"] + 1e-4 * code + 0.1 * squares
    np.testing.assert_allclose(result["loss"], expected, rtol=1e-5)


def test_gradient_penalty_is_the_squared_jacobian_on_average():
    vae, n = rae("gradient"), 20_000
    z = np.array([[0.3, -0.8]], "float32")
    step = 1e-2
    columns = [
        (vae.decode(z + step * e) - vae.decode(z - step * e))[0] / (2 * step)
        for e in np.eye(2, dtype="float32")
    ]
    exact = np.square(columns).sum()
    x = grey(1).repeat(n, axis=0)

    def slope():
        trace = vae.trace(tensor(x), training=True)
        fixed = normal_trace(np.repeat(z, n, axis=0))
        return vae.objective._squared_slope(type(trace)(**{**vars(fixed), "x": tensor(x)}))

    estimate = compute(slope)
    # A square of normals: its deviation is at most sqrt(2) of its mean.
    assert abs(estimate / exact - 1) < 4 * np.sqrt(2 / n) + 2e-3


@pytest.mark.parametrize("penalty", ["l2", "gradient"])
def test_penalties_reach_the_decoder(penalty):
    vae = rae(penalty)
    vae.objective.decoder_weight = 1e3  # so that little else moves it
    many = grey(4096)  # the slope is an estimate, a square of normals for each example
    before = vae.evaluate(many, verbose=0, return_dict=True)["decoder"]
    vae.fit(grey(32), epochs=40, verbose=0)
    assert vae.evaluate(many, verbose=0, return_dict=True)["decoder"] < before


def test_gradient_penalty_with_batch_norm_and_a_batch_of_one():
    encoder = networks.conv_encoder((4, 4), {"mean": (2,)}, filters=(3,), strides=(2,), dense=())
    decoder = networks.conv_decoder(
        (2,), {"mean": (4, 4)}, filters=(3,), strides=(2,), dense=(), batch_norm=True
    )
    parts = {"posterior": "deterministic", "likelihood": "normal", "objective": RAE("gradient")}
    vae = quick_compile(VAE(encoder, decoder, **parts, seed=0))
    history = vae.fit(grey(9, (4, 4)), batch_size=4, epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all() and history["decoder"][0] > 0


def test_deterministic_posterior_draws_its_mean_and_has_no_density():
    vae = small_vae(models.Autoencoder)
    x = grey(3)
    q = vae.posterior(x)
    np.testing.assert_array_equal(to_numpy(q.sample()), to_numpy(q.mean))
    assert vae.encode(x, num_samples=4).shape == (4, 3, 2)
    assert isinstance(q, Point) and not to_numpy(q.variance).any()
    for ask in (lambda: vae.log_likelihood(x, num_samples=2), lambda: q.log_prob(q.mean)):
        with pytest.raises(ValueError, match="A point has no density"):
            ask()
    with pytest.raises(ValueError, match="A point has no density"):
        VAE(
            networks.mlp((6,), {"mean": (2,)}, hidden=()),
            networks.mlp((2,), {"logits": (6,)}, hidden=()),
            posterior="deterministic",
        )(x)


def test_activation_of_codes():
    posterior = posteriors.Deterministic("sigmoid")
    posterior.build_once((3,))
    ours = compute(lambda: posterior([tensor(Z)]).mean)
    np.testing.assert_allclose(ours, 1 / (1 + np.exp(-Z)), rtol=1e-5)


@pytest.mark.parametrize("noise, level", [("normal", 0.5), ("mask", 0.25)])
def test_corruption_is_of_the_input_and_in_training_alone(noise, level):
    layer = networks.Corruption(noise, level, seed=0)
    x = np.full((200, 50), 0.7)
    np.testing.assert_array_equal(compute(lambda: layer(tensor(x))), x.astype("float32"))
    made = compute(lambda: layer(tensor(x), training=True))
    if noise == "mask":
        assert set(np.unique(made).round(6)) == {0.0, 0.7}
        assert abs(np.mean(made == 0) - level) < 4 * np.sqrt(level * (1 - level) / x.size)
    else:
        assert abs((made - x).std() / level - 1) < 4 / np.sqrt(2 * x.size)


def test_denoising_reconstructs_the_clean_data():
    vae = small_vae(models.DenoisingAutoencoder, level=5.0, optimizer=keras.optimizers.SGD(0.0))
    x = grey(16)
    clean = vae.evaluate(x, batch_size=16, verbose=0, return_dict=True)["reconstruction"]
    by_hand = 0.5 * np.square(x - vae.reconstruct(x)).sum(axis=1).mean() + 3 * np.log(2 * np.pi)
    np.testing.assert_allclose(clean, by_hand, rtol=1e-5)
    noisy = vae.fit(x, batch_size=16, verbose=0).history["reconstruction"][0]
    assert noisy > clean


def test_denoising_with_a_condition():
    vae = small_vae(models.DenoisingAutoencoder, condition_shape=(3,))
    x = {"x": grey(9), "condition": np.arange(9) % 3}
    assert np.isfinite(vae.fit(x, verbose=0).history["loss"]).all()


def test_sparse_codes():
    vae = small_vae(
        models.SparseAutoencoder,
        optimizer=keras.optimizers.Adam(0.05),
        weight=50.0,
        rate=0.1,
        likelihood=likelihoods.Normal(scale=1.0),
    )
    vae.fit(grey(64), epochs=30, verbose=0)
    np.testing.assert_allclose(vae.encode(grey(64)).mean(axis=0), 0.1, atol=0.05)
    shrunk = small_vae(models.SparseAutoencoder, penalty="l1", weight=2.0)
    assert shrunk.objective.term_names == ("reconstruction", "l1")


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Reconstruction(l2=-1.0), "`l2` must be a number >= 0"),
        (lambda: SparseReconstruction(rate=1.0), r"`rate` must be in \(0, 1\)"),
        (lambda: RAE(penalty="gp"), r"one of \['l2', 'gradient'\]"),
        (lambda: networks.Corruption("salt"), 'noise "normal" or "mask"'),
        (lambda: networks.Corruption("mask", 1.0), "below 1"),
        (lambda: models.SparseAutoencoder((6,), penalty="l0"), r"one of \['kl', 'l1'\]"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
