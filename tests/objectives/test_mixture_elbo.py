"""VaDE's own objective against the paper's equations in NumPy, and against the tighter bound."""

import numpy as np
import pytest
import scipy.special
from checks import bits, quick_compile
from toys import compute, tensor
from traces import NoLikelihood

from keras_vae import models
from keras_vae.distributions import Mixture, Normal
from keras_vae.objectives import MixtureELBO, Trace

RNG = np.random.default_rng(0)
K, N, D = 3, 5, 2
LOGITS = RNG.normal(size=K)
MU, LOG_VAR = RNG.normal(size=(2, K, D))  # of the clusters
MEAN, LOG_S = RNG.normal(size=(2, N, D))  # of the posteriors
NOISE = RNG.normal(size=(N, D))


def trace(noise=NOISE, rows=slice(None)):
    mean, log_s = MEAN[rows], LOG_S[rows]
    z = tensor(mean + np.exp(0.5 * log_s) * noise)
    prior = Mixture(tensor(LOGITS), Normal(tensor(MU), tensor(LOG_VAR)))
    posterior = Normal(tensor(mean), tensor(log_s))
    return Trace(z, z, posterior, prior, NoLikelihood(), training=True)


def by_formula(noise=NOISE):
    """Equation 12 of the paper without the reconstruction, negated; each term of each example."""
    z = MEAN + np.exp(0.5 * LOG_S) * noise
    pi = scipy.special.softmax(LOGITS)
    square = (z[:, None] - MU) ** 2 / np.exp(LOG_VAR)
    log_p = -0.5 * np.sum(square + LOG_VAR + np.log(2 * np.pi), axis=-1)  # (n, clusters)
    gamma = scipy.special.softmax(np.log(pi) + log_p, axis=-1)
    inner = (np.exp(LOG_S)[:, None] + (MEAN[:, None] - MU) ** 2) / np.exp(LOG_VAR)
    first = 0.5 * np.sum(gamma * np.sum(LOG_VAR + inner, axis=-1), axis=-1)
    second = np.sum(gamma * (np.log(gamma) - np.log(pi)), axis=-1)
    return first - 0.5 * np.sum(1 + LOG_S, axis=-1), second


def test_terms_are_the_papers():
    kl, class_kl = (values.mean() for values in by_formula())

    def ours():
        loss, terms = MixtureELBO().call(trace())
        return [loss, terms["kl"], terms["class_kl"]]

    loss, own_kl, own_class_kl = compute(ours)
    np.testing.assert_allclose([own_kl, own_class_kl], [kl, class_kl], rtol=1e-5)
    np.testing.assert_allclose(loss, kl + class_kl, rtol=1e-5)


def test_it_is_the_lower_bound():
    """Averaged over draws of z, it lies below the bound of the marginal prior."""
    noise = np.random.default_rng(1).normal(size=(4000, D))
    rows = np.zeros(4000, int)  # the first example
    ours = compute(lambda: MixtureELBO().call(trace(noise, rows))[0])
    marginal = compute(lambda: trace(noise, rows).kl())
    # gamma of one draw is the best for that draw; the gap is far above the noise of the mean.
    assert ours > marginal.mean() + 4 * marginal.std() / np.sqrt(4000)


def test_vade_takes_it_and_trains():
    vae = models.VaDE((4, 3), 2, num_clusters=3, hidden=(8,), objective=MixtureELBO(), seed=0)
    history = quick_compile(vae).fit(bits(64), epochs=8, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]
    assert {"kl", "class_kl", "elbo"} <= set(history)


def test_other_priors_are_refused():
    with pytest.raises(ValueError, match="needs a mixture as prior.*prior=StandardNormal"):
        models.BernoulliVAE((4, 3), 2, hidden=(8,), objective=MixtureELBO())
