"""Defects found in other VAE libraries, each with a test that it is not here.

The first line of a test's docstring says what goes wrong there.
"""

import math
import warnings

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import to_numpy, without_noise
from toys import LinearGaussian, grey, small_vae

from keras_vae import VAE, evaluation, likelihoods, models, networks, priors

REAL_LIKELIHOODS = ["normal", "shared_normal", "optimal_normal", "heteroscedastic_normal"]
REAL_LIKELIHOODS += ["laplace"]


@pytest.fixture
def no_divergence():
    """The guard against divergence must stay silent."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


@pytest.mark.parametrize("asked", [1, 50, 250])
def test_log_likelihood_of_a_rounded_number_of_draws(asked):
    """`get_nll(n_samples=k)` takes whole batches: 1 becomes 100, 250 becomes 200.

    Here all weights are p(x), so that log p(x) comes out if, and only if, as many are summed as
    they are divided by.
    """
    linear = LinearGaussian()
    x = linear.sample(3)
    estimate = linear.vae().log_likelihood(x, asked, batch_size=100)
    np.testing.assert_allclose(estimate, linear.log_prob(x), atol=1e-4)


def test_log_likelihood_under_the_name_of_its_negative():
    """A function named for the negative log-likelihood returns the log-likelihood.

    Here the name and the sign agree, with `evaluate`'s loss too, which is its negative bound.
    """
    linear = LinearGaussian()
    vae, x = linear.vae(), linear.sample(500)
    log_likelihood = vae.log_likelihood(x, 5).mean()
    assert log_likelihood == pytest.approx(linear.log_prob(x).mean(), abs=1e-3)
    assert vae.evaluate(x, verbose=0)[0] == pytest.approx(-log_likelihood, abs=0.3)


def test_log_likelihood_with_a_misplaced_parenthesis_in_the_prior():
    """The VampPrior's density is averaged in the wrong place, in the log-likelihood alone.

    Here the decoder is linear, so that p(x) is a mixture of normals, one for each pseudo-input.
    """
    linear = LinearGaussian()
    prior = priors.Vamp(num_components=3, seed=0)
    # Broader than the components are narrow, so that no draw carries much weight.
    vae, x = linear.vae(log_var_shift=0.5, prior=prior), linear.sample(4)
    variance = linear.variance * math.exp(0.5)  # of the components
    covariance = (linear.weights * variance) @ linear.weights.T + linear.scale**2 * np.eye(5)
    means = linear.posterior_mean(to_numpy(prior.pseudo_inputs())) @ linear.weights.T + linear.bias
    each = [scipy.stats.multivariate_normal(mean, covariance).logpdf(x) for mean in means]
    truth = scipy.special.logsumexp(each, axis=0) - math.log(3)
    estimate = evaluation.log_likelihood(vae, x, 20_000, verbose=0)
    assert np.all(estimate.errors < 0.2)
    assert np.all(np.abs(estimate.values - truth) < 4.5 * estimate.errors)


def test_log_likelihood_of_the_last_minibatch():
    """The mean is over the last minibatch only, and the KL of a latent counts as likelihood.

    Here a constant posterior off the prior has a KL that no distortion may hold, and the last of
    the batches, of one example far away, counts for one of seven.
    """
    linear = LinearGaussian()
    vae, x = linear.vae(), linear.sample(7)
    x[6] += 20.0
    truth = linear.log_prob(x)
    assert evaluation.log_likelihood(vae, x, 1, batch_size=3).mean == pytest.approx(truth.mean())
    bound = evaluation.elbo(vae, x, num_samples=500)
    z = linear.posterior_mean(x) @ linear.weights.T + linear.bias
    spread = np.sum(linear.weights**2 * linear.variance)  # of the decoded draws, over all pixels
    squares = np.sum((x - z) ** 2, axis=1) + spread
    expected = 0.5 * (squares / linear.scale**2 + 5 * math.log(2 * math.pi * linear.scale**2))
    error = np.abs(bound.distortion.values - expected)
    assert np.all(error < 4.5 * bound.distortion.errors)


@pytest.mark.parametrize("method", ["encode", "reconstruct", "predict", "interpolate"])
def test_noise_where_nobody_asked_for_it(method):
    """`embed`, `reconstruct` and `interpolate` draw from the posterior, so two calls differ."""
    vae, x = small_vae(), grey(8)
    arguments = (x, x[::-1]) if method == "interpolate" else (x,)
    first, second = (getattr(vae, method)(*arguments) for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    "likelihood, dtype", [*((name, "float32") for name in REAL_LIKELIHOODS), ("normal", "uint8")]
)
def test_8_bit_images_that_were_not_scaled(likelihood, dtype, no_divergence):
    """Images of 0..255 overflow the KL: the loss is never finite and no model comes out.

    Here a likelihood of real numbers takes them, and the log-variance is bounded.
    """
    x = np.round(255 * grey(64, shape=(8, 8))).astype(dtype)
    vae = small_vae(models.GaussianVAE, data_shape=(8, 8), hidden=(32,), likelihood=likelihood)
    history = vae.fit(x, epochs=3, verbose=0).history
    assert np.all(np.isfinite([values for values in history.values()]))
    assert history["loss"][-1] < history["loss"][0]


def test_8_bit_images_under_a_likelihood_of_bits():
    """The real cause is buried under a generic error of the model."""
    with pytest.raises(ValueError, match="Bernoulli needs x in .*Divide 8-bit images by 255"):
        small_vae().fit(np.round(255 * grey(8)), verbose=0)


def test_no_epochs():
    """`num_epochs=0` ends in an UnboundLocalError, after a training that never happened."""
    vae = small_vae()
    history = vae.fit(grey(8), epochs=0, verbose=0)
    assert history.history == {}
    assert vae.encode(grey(8)).shape == (8, 2)


def test_infinity_in_the_data():
    """Infinity passes the check of the data and dies later as a NaN of the loss."""
    x = grey(8)
    x[5, 1] = np.inf
    with pytest.raises(ValueError, match=r"1 values that are NaN or infinite, the first in x\[5\]"):
        small_vae(models.GaussianVAE).fit(x, verbose=0)


def test_images_with_their_axes_in_another_order():
    """Channels-last images of equal size train silently as channels-first ones."""
    vae = small_vae(data_shape=(3, 8, 8))
    with pytest.raises(ValueError, match=r"shape \(n, 3, 8, 8\).*np.moveaxis\(x, -1, 1\)"):
        vae.fit(grey(4, shape=(8, 8, 3)), verbose=0)


def test_validation_data_of_another_shape():
    """A wrong shape of the validation data fails only after the first epoch, in a reshape."""
    vae = small_vae()
    start = vae.get_weights()
    with pytest.raises(ValueError, match=r"validation_data must have the shape \(n, 6\)"):
        vae.fit(grey(8), validation_data=grey(8, shape=(5,)), verbose=0)
    for weight, before in zip(vae.get_weights(), start, strict=True):
        np.testing.assert_array_equal(weight, before)


@pytest.mark.parametrize("latent_dim", [0, -1])
def test_no_latents(latent_dim):
    """`latent_dim=0` trains silently."""
    with pytest.raises(
        ValueError,
        match=f"`latent_dim` must be a positive integer. Received: latent_dim={latent_dim}",
    ):
        small_vae(latent_dim=latent_dim)


def test_negative_beta():
    """`beta=-5` is accepted: it pays the model for leaving the prior."""
    with pytest.raises(ValueError, match="`beta` must be a number >= 0. Received: beta=-5"):
        models.BetaVAE((6,), beta=-5)


def test_list_of_data():
    """A list fails with "'list' object has no attribute 'keys'"."""
    x = grey(8)
    vae = small_vae()
    np.testing.assert_allclose(vae.encode(x.tolist()), vae.encode(x), rtol=1e-5)
    assert np.isfinite(vae.fit(x.tolist(), verbose=0).history["loss"]).all()


def test_no_data():
    """An empty array fails in the concatenation of the results."""
    with pytest.raises(ValueError, match=r"at least one example. Received: \(0, 6\)"):
        small_vae().encode(grey(8)[:0])


def test_half_precision_without_loss_scaling():
    """Half precision runs without loss scaling, and is switched off for binary data."""
    vae = small_vae(dtype="mixed_float16")
    assert isinstance(vae.optimizer, keras.optimizers.LossScaleOptimizer)
    assert vae.encoder.get_layer("mean").compute_dtype == "float16"


def test_a_checkpoint_of_two_moments(tmp_path):
    """The best weights are saved with the current state of the optimizer, and nothing resumes.

    Here a saved model goes on exactly as the one that was never saved.
    """
    vae, x = small_vae(models.GaussianVAE), grey(32)
    vae.fit(x, epochs=2, verbose=0)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    kwargs = {"initial_epoch": 2, "epochs": 4, "verbose": 0}
    ours, theirs = (model.fit(x, **kwargs).history for model in (vae, loaded))
    for name, values in ours.items():
        np.testing.assert_allclose(theirs[name], values, rtol=1e-6)


@pytest.mark.parametrize("loop", ["compiled loop", "Keras' loop"])
def test_epoch_loss_as_a_mean_of_means(loop):
    """The epoch's loss is the mean over batches, so that a short last batch counts too much."""
    vae = without_noise(small_vae(optimizer=keras.optimizers.SGD(0.0)))
    vae.use_compiled_loop = loop == "compiled loop"
    x = grey(5)
    x[4] = 0.02  # unlike the others, and alone in the last batch
    four, one = (vae.evaluate(part, return_dict=True, verbose=0) for part in (x[:4], x[4:]))
    history = vae.fit(x, batch_size=4, shuffle=False, validation_data=x, verbose=0).history
    result = vae.evaluate(x, batch_size=4, return_dict=True, verbose=0)
    for name, value in result.items():
        mean = (4 * four[name] + one[name]) / 5
        np.testing.assert_allclose(
            [value, history[name][0], history[f"val_{name}"][0]], mean, rtol=2e-5
        )


@pytest.mark.parametrize("loop", ["compiled loop", "Keras' loop"])
def test_evaluation_that_shuffles(loop):
    """The loader of the evaluation shuffles, so that metrics of single batches mean nothing."""
    vae, x = without_noise(small_vae()), grey(12)
    vae.use_compiled_loop = loop == "compiled loop"
    seen = []
    record = keras.callbacks.LambdaCallback(
        on_test_batch_end=lambda batch, logs: seen.append(logs["reconstruction"])
    )
    vae.evaluate(x, batch_size=4, callbacks=[record], verbose=0)
    # The metrics are running means over the batches so far, in the data's order.
    so_far = [vae.evaluate(x[:n], return_dict=True, verbose=0) for n in (4, 8, 12)]
    np.testing.assert_allclose(seen, [r["reconstruction"] for r in so_far], rtol=2e-5)
    last = vae.predict(x, batch_size=5, verbose=0)[7:]
    np.testing.assert_allclose(last, vae.predict(x[7:], verbose=0), rtol=1e-6)


def known_vae(**kwargs):
    """Latents of mean 1 and log-variance 0, decoded to logits of zero: 0.5 nats a latent."""
    vae = small_vae(optimizer=keras.optimizers.SGD(0.0), hidden=(), **kwargs)
    for network in (vae.encoder, vae.decoder):
        network.set_weights([0 * weight for weight in network.get_weights()])
    head = vae.encoder.get_layer("mean")
    head.set_weights([head.get_weights()[0], np.ones(2)])
    return vae


@pytest.mark.parametrize("loop", ["compiled loop", "Keras' loop"])
@pytest.mark.parametrize("beta", [1.0, 4.0])
def test_kl_counted_twice_or_not_at_all(beta, loop):
    """The KL enters the loss twice (as a loss of its layer and of the model), or with no weight."""
    vae = known_vae(cls=models.BetaVAE, beta=beta)
    vae.use_compiled_loop = loop == "compiled loop"
    history = vae.fit(grey(8), batch_size=8, verbose=0).history
    result = vae.evaluate(grey(8), return_dict=True, verbose=0)
    for terms in (result, {name: values[0] for name, values in history.items()}):
        assert terms["kl"] == pytest.approx(2 * 0.5, rel=1e-5)
        assert terms["loss"] == pytest.approx(6 * math.log(2) + beta, rel=1e-5)


@pytest.mark.parametrize("n, shape", [(1, (6,)), (8, (2, 4, 6))])
def test_mean_over_pixels_where_a_sum_is_meant(n, shape):
    """The reconstruction is a mean over pixels and the KL a sum over latents, or the reverse:
    beta then changes its meaning with the size of the images.

    Here both are sums over the event and means over the batch.
    """
    result = known_vae(data_shape=shape).evaluate(np.ones((n, *shape)), return_dict=True, verbose=0)
    assert result["reconstruction"] == pytest.approx(math.prod(shape) * math.log(2), rel=1e-5)
    assert result["kl"] == pytest.approx(1.0, rel=1e-5)


def test_deviation_taken_from_the_whole_log_variance():
    """z = mean + exp(log_var) * noise, without the half: the variance is then squared."""
    vae = known_vae()
    head = vae.encoder.get_layer("log_var")
    head.set_weights([head.get_weights()[0], np.full(2, -2.0)])
    z = vae.encode(grey(1), num_samples=20_000, seed=0)
    # The standard error of a deviation is 1 / sqrt(2 n) of it.
    np.testing.assert_allclose(z.std(axis=0), math.exp(-1.0), rtol=4 / math.sqrt(40_000))
    variance = to_numpy(vae.posterior(grey(1)).variance)
    np.testing.assert_allclose(variance, math.exp(-2.0), rtol=1e-6)


def test_last_batch_of_one(no_divergence):
    """A last batch of one example ends the training in NaN or in an error."""
    vae, x = small_vae(models.GaussianVAE), grey(33)
    history = vae.fit(x, batch_size=32, epochs=2, verbose=0).history
    assert np.all(np.isfinite(history["loss"]))
    assert vae.encode(x, batch_size=32).shape == (33, 2)


@pytest.mark.parametrize("shape", [(28, 20), (8, 8), (7, 5, 3)])
def test_sizes_that_no_default_fits(shape):
    """Faces of 28 x 20 and digits of 8 x 8 do not pass through networks made for 32 x 32."""
    vae = models.ConvVAE(shape, filters=(4, 4), strides=(2, 2), dense=(8,))
    assert vae.decoder.output_shape == (None, *shape)


def test_a_sigmoid_too_many():
    """A decoder that ends in a sigmoid under a likelihood of logits squashes the data twice."""
    network = networks.mlp((2,), {"probs": (6,)}, hidden=(4,))
    decoder = keras.Sequential([keras.Input((2,)), network, keras.layers.Activation("sigmoid")])
    encoder = networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    vae = VAE(encoder, decoder, likelihood=likelihoods.Bernoulli(from_logits=False))
    z = np.random.default_rng(0).normal(size=(5, 2)).astype("float32")
    np.testing.assert_allclose(vae.decode(z), to_numpy(decoder(z)), rtol=1e-5)


def test_own_networks_that_only_a_pickle_can_bring_back(tmp_path):
    """Networks of one's own become pickles; without these, loading warns and gives None.

    Here they are a config and weights, and what cannot be such is refused when it is saved.
    """
    x, z = keras.Input((4, 3)), keras.Input((2,))
    h = keras.layers.Dense(5, keras.activations.gelu)(keras.layers.Flatten()(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = keras.Model(z, keras.layers.Reshape((4, 3))(keras.layers.Dense(12)(z)))
    vae = VAE(encoder, decoder)
    vae.save_to_preset(tmp_path / "own")
    again = VAE.from_preset(tmp_path / "own")
    for one, other in zip(vae.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(other, one)

    class Unknown(keras.layers.Dense):
        pass

    unknown = keras.Sequential([z, Unknown(12), keras.layers.Reshape((4, 3))])
    with pytest.raises(ValueError, match="Unknown"):
        VAE(keras.models.clone_model(encoder), unknown).save_to_preset(tmp_path / "unknown")
    assert not (tmp_path / "unknown").exists()
