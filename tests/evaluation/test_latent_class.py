"""What evaluation says of a model with a latent class: numbers of p(x), not of a guess."""

import numpy as np
import pytest
from checks import quick_compile

from keras_vae import datasets, evaluation, models

X = datasets.digits().train.x[:24]


@pytest.fixture(scope="module")
def vae():
    vae = models.SemiSupervisedVAE((8, 8), 3, latent_dim=2, hidden=(16,), seed=0)
    # A posterior close to the prior, under a decoder that hardly looks at z: estimates with few
    # draws are then close to the truth.
    for network in (vae.encoder, vae.decoder):
        network.set_weights([0.1 * weights for weights in network.get_weights()])
    return quick_compile(vae, "adam")


def by_class(vae, function):
    """The values for each class, (classes, n)."""
    return np.stack([function(np.full(len(X), y)) for y in range(3)])


def test_log_likelihood_is_the_sum_over_the_classes(vae):
    whole = evaluation.log_likelihood(vae, X, num_samples=400).values
    each = by_class(vae, lambda y: vae.log_likelihood(X, 400, seed=1, condition=y))
    expected = np.logaddexp.reduce(each, axis=0) - np.log(3)
    np.testing.assert_allclose(whole, expected, atol=0.1)


def test_elbo_is_the_bound_of_the_paper(vae):
    bound = evaluation.elbo(vae, X, num_samples=300)
    q = vae.classify(X).astype("float64").T
    each = by_class(vae, lambda y: evaluation.elbo(vae, X, 300, condition=y).elbo.values)
    expected = np.sum(q * (each - np.log(3) - np.log(q)), axis=0)
    np.testing.assert_allclose(bound.elbo.values, expected, atol=0.1)
    np.testing.assert_allclose(
        bound.elbo.values, -bound.distortion.values - bound.rate.values, rtol=1e-4
    )


def test_bound_lies_below_log_likelihood(vae):
    log_likelihood = evaluation.log_likelihood(vae, X, num_samples=1000)
    bound = evaluation.elbo(vae, X, num_samples=300)
    slack = 4 * (log_likelihood.errors + bound.elbo.errors)
    assert (bound.elbo.values < log_likelihood.values + slack).all()


def test_evaluate_reports_the_same_bound(vae):
    labels = np.full(len(X), -1)
    loss = vae.evaluate({"x": X, "condition": labels}, verbose=0, return_dict=True)["loss"]
    bound = evaluation.elbo(vae, X, num_samples=300).elbo
    assert abs(loss + bound.mean) < 1.0  # one draw of each example


def test_annealing_agrees_with_importance_sampling(vae):
    annealed = evaluation.annealed_log_likelihood(vae, X[:6], num_chains=8, num_steps=60)
    sampled = evaluation.log_likelihood(vae, X[:6], num_samples=2000)
    np.testing.assert_allclose(annealed.values, sampled.values, atol=0.5)


def test_known_labels_give_the_conditional_density(vae):
    labels = np.arange(len(X)) % 3
    mixed = np.where(np.arange(len(X)) < 4, labels, -1)
    known = vae.log_likelihood(X, 200, seed=0, condition=labels)
    both = vae.log_likelihood(X, 200, seed=0, condition=mixed)
    whole = vae.log_likelihood(X, 200, seed=0)
    np.testing.assert_allclose(both[:4], known[:4], atol=0.5)
    np.testing.assert_allclose(both[4:], whole[4:], atol=0.5)


def test_standard_errors_and_the_report(vae):
    values, errors = vae.log_likelihood(X, 50, return_standard_error=True)
    assert values.shape == errors.shape == (len(X),) and (errors > 0).all()
    assert "log_likelihood" in str(evaluation.evaluate_generative(vae, X, num_samples=20))


def test_binarize_moves_the_loss(vae):
    labels = np.full(len(X), -1)
    runs = {}
    for binarize in (None, "dynamic"):
        again = models.SemiSupervisedVAE((8, 8), 3, latent_dim=2, hidden=(16,), seed=0)
        quick_compile(again, "sgd")
        data = {"x": X, "condition": labels}
        history = again.fit(data, shuffle=False, binarize=binarize, verbose=0).history
        runs[binarize] = history["reconstruction"][0]
    assert runs[None] != runs["dynamic"]
