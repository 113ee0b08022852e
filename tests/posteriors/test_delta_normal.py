"""The posterior that cannot collapse: its KL from N(0, 1) is never below the rate."""

import itertools

import numpy as np
import pytest
from toys import compute, grey, small_vae, tensor

from keras_vae import posteriors
from keras_vae.distributions import kl_divergence
from keras_vae.priors import StandardNormal


def kl(min_rate, mean, log_var, size=3):
    posterior, prior = posteriors.DeltaNormal(min_rate), StandardNormal()
    posterior.build_once((size,))
    prior.build_once((size,))
    return compute(lambda: kl_divergence(posterior([mean, log_var]), prior.distribution()))


@pytest.mark.parametrize("min_rate", [1e-3, 0.5, 3.0, 50.0])
def test_rate_is_kept_for_any_parameters(min_rate):
    rng = np.random.default_rng(0)
    mean, log_var = (tensor(rng.normal(0, 5, size=(2000, 3))) for _ in range(2))
    rates = kl(min_rate, mean, log_var)
    assert rates.min() >= min_rate * (1 - 1e-5)
    # And it can be reached, where the encoder asks for the prior.
    least = kl(min_rate, tensor(np.full((1, 3), -50.0)), tensor(np.zeros((1, 3))))
    np.testing.assert_allclose(least, min_rate, rtol=1e-3, atol=2e-6)


def test_gradients_are_finite_where_the_variance_alone_makes_the_rate():
    vae = small_vae(posterior=posteriors.DeltaNormal(1.0))
    head = vae.encoder.get_layer("log_var")
    for log_var in (-40.0, 0.0, 30.0):
        head.set_weights([0 * head.get_weights()[0], np.full(2, log_var)])
        history = vae.fit(grey(16), epochs=2, verbose=0).history
        assert np.isfinite(history["loss"]).all()


def test_training_ends_above_the_rate_where_the_usual_posterior_collapses():
    # All patterns of six bits, which no latent can tell anything about together.
    noise = np.array(list(itertools.product([0, 1], repeat=6)), "float32")
    for posterior, collapsed in (("normal", True), (posteriors.DeltaNormal(0.5), False)):
        vae = small_vae(posterior=posterior, hidden=())
        vae.optimizer.learning_rate.assign(0.05)
        history = vae.fit(noise, epochs=100, verbose=0).history
        assert (history["kl"][-1] < 0.3) == collapsed


def test_other_priors_are_refused():
    with pytest.raises(ValueError, match="prior StandardNormal alone. Received"):
        small_vae(posterior=posteriors.DeltaNormal(), prior="learned_normal")
    with pytest.raises(ValueError, match="`min_rate` must be a number > 0"):
        posteriors.DeltaNormal(0.0)
