"""The exemplar prior: its density, whom training leaves out, and what it keeps."""

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import quick_compile, to_numpy
from toys import compute, grey, small_vae, tensor

from keras_vae import models, objectives, priors


def exemplar_vae(num_exemplars=8, **kwargs):
    return small_vae(prior=priors.Exemplar(num_exemplars), **kwargs)


def log_mean(vae, z, examples):
    """log p(z) in nats by SciPy, (batch,), with these examples as exemplars."""
    means = to_numpy(vae.posterior(examples).mean)
    scale = np.exp(0.5 * to_numpy(vae.prior_layer.log_var))
    each = scipy.stats.norm.logpdf(z[:, None], means, scale).sum(axis=-1)
    return scipy.special.logsumexp(each, axis=1) - np.log(len(examples))


@pytest.mark.parametrize("count", [8, 3])
def test_density_is_that_of_all_exemplars(count):
    vae, x = exemplar_vae(), grey(20)
    vae.prior_layer.log_var.assign(-0.7)
    vae.prior_layer.start_from(x[:count])
    z = np.random.default_rng(0).normal(size=(7, 2))
    result = compute(lambda: vae.prior().log_prob(tensor(z)))
    np.testing.assert_allclose(result, log_mean(vae, z, x[:count]), rtol=1e-4)
    means = to_numpy(vae.posterior(x[:count]).mean)
    draws = to_numpy(vae.prior_layer.sample(40, seed=0, temperature=0.0))
    distance = np.abs(draws[:, None] - means).max(axis=-1).min(axis=1)
    assert distance.max() < 1e-5


@pytest.mark.parametrize("num_samples", [None, 3])
def test_training_scores_each_example_by_the_others(num_samples):
    vae, x = exemplar_vae(), grey(5)
    trace = vae.trace(tensor(x), num_samples=num_samples, training=True)
    z = to_numpy(trace.z).reshape(-1, 5, 2)
    result = compute(lambda: trace.prior.log_prob(trace.z)).reshape(-1, 5)
    for own in range(5):
        expected = log_mean(vae, z[:, own], np.delete(x, own, axis=0))
        np.testing.assert_allclose(result[:, own], expected, rtol=1e-4)


def test_fit_keeps_training_examples_and_learns_the_variance(tmp_path):
    vae, x = exemplar_vae(), grey(20)
    vae.fit(x, epochs=2, batch_size=7, validation_data=(x[:4],), verbose=0)  # a last batch of 6
    kept = to_numpy(vae.prior_layer.exemplars)
    assert all((x == row).all(axis=1).any() for row in kept) and len(np.unique(kept, axis=0)) == 8
    assert to_numpy(vae.prior_layer.log_var) != 0.0
    vae.fit(grey(20, seed=5), verbose=0)
    np.testing.assert_array_equal(to_numpy(vae.prior_layer.exemplars), kept)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(
        loaded.log_likelihood(x, 2, seed=0), vae.log_likelihood(x, 2, seed=0)
    )
    few = exemplar_vae(num_exemplars=30)
    few.fit(x, verbose=0)
    assert to_numpy(few.prior_layer.num_kept) == 20


def test_the_encoder_learns_through_the_exemplars():
    """Without the likelihood, the KL alone moves what is encoded towards each other."""
    vae = models.ExemplarVAE((6,), 2, 8, hidden=(8,), objective=objectives.ELBO(beta=50.0), seed=0)
    x = grey(32)
    vae.prior_layer.log_var.assign(-2.0)
    quick_compile(vae)
    spread = to_numpy(vae.posterior(x).mean).std()
    vae.fit(x, epochs=10, batch_size=32, verbose=0)
    assert to_numpy(vae.posterior(x).mean).std() != pytest.approx(spread, rel=1e-3)


def test_what_it_cannot_do_is_refused():
    vae = exemplar_vae()
    with pytest.raises(ValueError, match="start_from"):
        vae.evaluate(grey(4), verbose=0)
    for wrong in (grey(9), grey(3)[:, :2], grey(3)[:0]):
        with pytest.raises(ValueError, match="1 to 8 examples"):
            vae.prior_layer.start_from(wrong)
    with pytest.raises(ValueError, match="without condition"):
        exemplar_vae(condition_shape=(2,))
    with pytest.raises(ValueError, match="one level of a hierarchy"):
        models.HierarchicalVAE((6,), (2, 2), priors.Exemplar(4), hidden=(8,))
    with pytest.raises(ValueError, match="batch as a whole"):
        vae.fit({"x": grey(4), "sample_weight": np.ones(4)}, verbose=0)
