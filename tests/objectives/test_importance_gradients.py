"""Estimators of the importance weighted bounds' gradients: STL, DReG, MIWAE, PIWAE, VR."""

import keras
import numpy as np
import pytest
from players import (
    LATENT,
    TRUTH,
    finite_differences,
    log_mean_exp,
    log_weights,
    loss_and_gradients,
    parameters,
)
from toys import small_vae

from keras_vae import models, posteriors
from keras_vae.objectives import CIWAE, IWAE, MIWAE, PIWAE, VR

BOUNDS = {
    "IWAE": (IWAE(6), log_mean_exp),
    "CIWAE": (CIWAE(6, beta=0.3), lambda w: 0.3 * w.mean(axis=0) + 0.7 * log_mean_exp(w)),
    "MIWAE": (MIWAE(2, 3), lambda w: log_mean_exp(w.reshape(2, 3, -1), axis=1).mean(axis=0)),
    "VR": (VR(0.4, 6), lambda w: log_mean_exp(0.6 * w) / 0.6),
    "VR above 1": (VR(1.7, 6), lambda w: log_mean_exp(-0.7 * w) / -0.7),
    "VR at 1": (VR(1.0, 6), lambda w: w.mean(axis=0)),
}


def setting(n, samples, log_var_shift=1.0, mean_shift=0.3, seed=0):
    x = TRUTH.sample(n)
    noise = np.random.default_rng([seed, 1]).normal(size=(samples, n, LATENT))
    return x, parameters(x, log_var_shift, mean_shift), noise.astype("float32")


@pytest.mark.parametrize("name", BOUNDS)
def test_loss_and_gradients_are_those_of_the_formula(name):
    objective, bound = BOUNDS[name]
    x, packed, noise = setting(7, 6)
    loss, gradients = loss_and_gradients(objective, x, packed, noise)
    np.testing.assert_allclose(loss, -bound(log_weights(x, packed, noise)).mean(), rtol=1e-5)
    exact = finite_differences(lambda p: -bound(log_weights(x, p, noise)), packed)
    for ours, theirs in zip(gradients, exact, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("gradient", ["stl", "dreg"])
def test_estimators_keep_the_loss_and_the_decoders_gradient(gradient):
    x, packed, noise = setting(9, 4)
    loss, (_, _, decoder) = loss_and_gradients(IWAE(4), x, packed, noise)
    other, (_, _, same) = loss_and_gradients(IWAE(4, gradient), x, packed, noise)
    np.testing.assert_allclose(other, loss, rtol=1e-6)
    np.testing.assert_allclose(same, decoder, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("gradient, samples", [("dreg", 5), ("dreg", 1), ("stl", 1)])
def test_encoder_gradient_is_unbiased(gradient, samples):
    x, packed, noise = setting(1, samples)
    n = 20_000
    x, packed = np.repeat(x, n, axis=0), np.repeat(packed, n, axis=0)
    noise = np.random.default_rng(2).normal(size=(samples, n, LATENT)).astype("float32")
    _, ours = loss_and_gradients(IWAE(samples, gradient), x, packed, noise)
    truth = finite_differences(lambda p: -log_mean_exp(log_weights(x, p, noise)), packed)
    for each, exact in zip(ours[:2], truth[:2], strict=True):
        difference = each - exact
        standard_error = difference.std(axis=0) / np.sqrt(n)
        assert np.all(standard_error > 0)
        assert np.all(np.abs(difference.mean(axis=0)) < 4 * standard_error)


def test_noise_of_the_encoders_gradient_does_not_drown_it_with_dreg():
    """Tucker et al.: the signal to noise ratio falls as 1/sqrt(k), and with DReG it rises."""
    n, ratios = 2000, {}
    for samples in (4, 64):
        x, packed, noise = setting(1, samples, log_var_shift=0.5)
        x, packed = np.repeat(x, n, axis=0), np.repeat(packed, n, axis=0)
        noise = np.random.default_rng(3).normal(size=(samples, n, LATENT)).astype("float32")
        for name in ("standard", "dreg"):
            _, (mean, _, _) = loss_and_gradients(IWAE(samples, name), x, packed, noise)
            ratios[name, samples] = np.abs(mean.mean(axis=0)) / mean.std(axis=0)
    assert np.all(ratios["dreg", 4] > ratios["standard", 4])
    assert np.all(ratios["dreg", 64] > 4 * ratios["standard", 64])
    assert np.all(ratios["dreg", 64] > 2 * ratios["dreg", 4])


@pytest.mark.parametrize("gradient", ["stl", "dreg"])
def test_no_noise_at_the_true_posterior(gradient):
    x, packed, noise = setting(20, 5, log_var_shift=0.0, mean_shift=0.0)
    _, (mean, log_var, _) = loss_and_gradients(IWAE(5, gradient), x, packed, noise)
    _, (noisy, _, _) = loss_and_gradients(IWAE(5), x, packed, noise)
    assert np.abs(mean).max() < 1e-4 and np.abs(log_var).max() < 1e-4
    assert np.abs(noisy).max() > 0.1


def test_piwae_is_miwae_for_the_encoder_and_iwae_for_the_decoder():
    x, packed, noise = setting(11, 6)
    loss, ours = loss_and_gradients(PIWAE(2, 3), x, packed, noise)
    tight, iwae = loss_and_gradients(IWAE(6), x, packed, noise)
    _, miwae = loss_and_gradients(MIWAE(2, 3), x, packed, noise)
    np.testing.assert_allclose(loss, tight, rtol=1e-6)
    for ours_, theirs in zip(ours, (*miwae[:2], iwae[2]), strict=True):
        np.testing.assert_allclose(ours_, theirs, rtol=1e-4, atol=1e-5)
    assert np.abs(miwae[0] - iwae[0]).max() > 1e-2  # or the test would say nothing


@pytest.mark.parametrize("gradient", ["dreg", "stl"])
@pytest.mark.parametrize("posterior", ["planar", "iaf", "real_nvp"])
def test_a_posterior_that_knows_its_own_draws_only_is_refused_when_the_model_is_made(
    posterior, gradient
):
    with pytest.raises(ValueError, match=f"gradient='{gradient}'.*knows log q of its own draws"):
        small_vae(models.IWAE, gradient=gradient, posterior=posteriors.get(posterior))


@pytest.mark.parametrize("gradient", ["stl", "dreg"])
def test_other_estimators_train(gradient):
    vae = small_vae(optimizer=keras.optimizers.Adam(0.05), objective=IWAE(4, gradient))
    x = (np.random.default_rng(0).random((33, 6)) > 0.5).astype("float32")
    history = vae.fit(x, epochs=3, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


def test_unknown_gradient():
    with pytest.raises(ValueError, match=r"one of \['standard', 'stl', 'dreg'\]. Received"):
        IWAE(3, gradient="DReG")
