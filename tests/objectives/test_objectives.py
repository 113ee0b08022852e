"""Objectives: loss and terms against formulas by hand, their gradients, and the bound."""

import math

import keras
import numpy as np
import pytest
import scipy.integrate
import scipy.special
import scipy.stats
from checks import quick_compile, to_numpy
from keras import ops
from toys import LinearGaussian, grey, small_vae

from keras_vae import VAE, models, networks, objectives, priors
from keras_vae.objectives import ELBO

X = grey(16)
EAGER = {"run_eagerly": True, "jit_compile": False}


def elementwise_kl(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, 1)) of each element, by the textbook."""
    return 0.5 * (np.exp(log_var) + mean**2 - 1.0 - log_var)


def noiseless_vae(**kwargs):
    """A model whose draws of z are the means, so that its loss can be computed by hand."""
    vae = small_vae(optimizer=keras.optimizers.SGD(0.0), **kwargs)
    head = vae.encoder.get_layer("log_var")
    kernel, _ = head.get_weights()
    head.set_weights([0 * kernel, np.array([-25.0, -28.0])])
    return vae


def by_hand(vae, x):
    """-log p(x|z) of each example, and the KL of each latent element."""
    mean, log_var = (to_numpy(out) for out in vae.encoder(x))
    logits = to_numpy(vae.decoder(mean))
    log_prob = x * scipy.special.log_expit(logits) + (1 - x) * scipy.special.log_expit(-logits)
    return -log_prob.sum(axis=-1), elementwise_kl(mean, log_var)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0, 4.0])
def test_loss_is_reconstruction_plus_weighted_kl(beta):
    vae = noiseless_vae(objective=ELBO(beta=beta))
    reconstruction, kl = by_hand(vae, X)
    expected = {"reconstruction": reconstruction.mean(), "kl": kl.sum(axis=-1).mean()}
    expected["loss"] = expected["reconstruction"] + beta * expected["kl"]
    result = vae.evaluate(X, batch_size=16, return_dict=True, verbose=0)
    history = vae.fit(X, batch_size=16, verbose=0).history
    for name, value in expected.items():
        # The draws differ from the means by exp(-12.5).
        np.testing.assert_allclose([result[name], history[name][0]], value, rtol=3e-5)


@pytest.mark.parametrize("beta", [1.0, 3.0])
# Below both elements' KL of about 12 and 13.5 nats, between, above.
@pytest.mark.parametrize("free_bits", [0.5, 13.0, 40.0])
def test_free_bits_count_each_latent_element_on_the_batch_mean(free_bits, beta):
    vae = noiseless_vae(objective=ELBO(beta=beta, free_bits=free_bits))
    reconstruction, kl = by_hand(vae, X)
    rate = np.maximum(free_bits, kl.mean(axis=0)).sum()
    result = vae.evaluate(X, batch_size=16, return_dict=True, verbose=0)
    np.testing.assert_allclose(result["kl"], kl.sum(axis=-1).mean(), rtol=1e-5)  # the true one
    np.testing.assert_allclose(result["loss"], reconstruction.mean() + beta * rate, rtol=3e-5)


class ByHand(keras.Model):
    """The ELBO written down at once, with one `add_loss` and no part of keras_vae but networks."""

    def __init__(self, vae, beta, free_bits, seed):
        super().__init__()
        self.encoder, self.decoder = (
            keras.models.clone_model(network) for network in (vae.encoder, vae.decoder)
        )
        self.encoder.set_weights(vae.encoder.get_weights())
        self.decoder.set_weights(vae.decoder.get_weights())
        self.beta, self.free_bits = beta, free_bits
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, x, training=False):
        mean, log_var = self.encoder(x, training=training)
        noise = keras.random.normal(ops.shape(mean), seed=self.seed_generator)
        logits = self.decoder(mean + ops.exp(log_var / 2) * noise, training=training)
        cross_entropy = ops.maximum(logits, 0) - x * logits + ops.log1p(ops.exp(-ops.abs(logits)))
        kl = 0.5 * (ops.exp(log_var) + mean**2 - 1 - log_var)
        rate = ops.sum(ops.maximum(ops.mean(kl, axis=0), self.free_bits))
        self.add_loss(ops.mean(ops.sum(cross_entropy, axis=-1)) + self.beta * rate)
        return logits


# Compiled, TensorFlow draws other noise from the same seed: then there is next to none.
@pytest.mark.parametrize("options, log_var", [(EAGER, [0.1, 0.0]), ({}, [-25.0, -28.0])])
@pytest.mark.parametrize("beta, free_bits", [(0, 0), (1, 0), (4, 0), (1, 0.3), (1, 13)])
def test_gradient_is_that_of_the_formula(beta, free_bits, options, log_var):
    vae = small_vae(objective=ELBO(beta, free_bits), seed=3)
    # One element near the prior and one far from it, or free bits and beta would not matter.
    for name, bias in (("mean", [0.2, 2.0]), ("log_var", log_var)):
        head = vae.encoder.get_layer(name)
        head.set_weights([0.1 * head.get_weights()[0], np.array(bias)])
    reference = ByHand(vae, beta, free_bits, seed=3)
    networks = [(vae.encoder, reference.encoder), (vae.decoder, reference.decoder)]
    start = [network.get_weights() for network, _ in networks]
    losses = []
    for model in (vae, reference):
        # With a learning rate of 1 a step is the gradient.
        quick_compile(model, keras.optimizers.SGD(1.0), **options)
        losses += model.fit(X, batch_size=16, shuffle=False, verbose=0).history["loss"]
    np.testing.assert_allclose(*losses, rtol=1e-6)
    for (ours, theirs), before in zip(networks, start, strict=True):
        for w, v, old in zip(ours.get_weights(), theirs.get_weights(), before, strict=True):
            np.testing.assert_allclose(w - old, v - old, rtol=1e-4, atol=1e-6)


def test_kl_gives_no_gradient_at_beta_zero():
    vae = noiseless_vae(objective=ELBO(beta=0.0))
    quick_compile(vae, keras.optimizers.SGD(1.0))
    # Without noise to speak of, the log-variance matters to the KL alone.
    head = vae.encoder.get_layer("log_var")
    before = head.get_weights()
    history = vae.fit(X, verbose=0).history
    np.testing.assert_allclose(head.get_weights()[1], before[1], atol=1e-5)
    assert history["kl"][0] > 20  # reported all the same


@pytest.mark.parametrize("kl_weight", [0.0, 0.3, 2.0])
def test_kl_weight_is_a_variable_that_compiled_steps_read(kl_weight):
    vae = noiseless_vae()
    for weight in (1.0, kl_weight):
        vae.objective.kl_weight.assign(weight)
        for result in (
            vae.evaluate(X, return_dict=True, verbose=0),
            {name: values[0] for name, values in vae.fit(X, verbose=0).history.items()},
        ):
            expected = result["reconstruction"] + weight * result["kl"]
            np.testing.assert_allclose(result["loss"], expected, rtol=1e-5)


def mixture_vae():
    encoder = networks.mlp((1,), {"mean": (1,), "log_var": (1,)}, hidden=())
    decoder = networks.mlp((1,), {"logits": (1,)}, hidden=())
    vae = VAE(encoder, decoder, prior=priors.NormalMixture(num_components=3, seed=0), seed=0)
    vae.prior_layer.logits.assign([0.0, 1.0, -1.0])
    vae.prior_layer.means.assign([[-1.0], [0.5], [3.0]])
    vae.prior_layer.log_vars.assign([[-1.0], [0.0], [-2.0]])
    encoder.set_weights([np.array(w) for w in ([[0.0]], [0.3], [[0.0]], [-0.5])])
    return quick_compile(vae)


def test_monte_carlo_kl_is_unbiased():
    vae, q = mixture_vae(), scipy.stats.norm(0.3, math.exp(-0.25))
    weights = scipy.special.softmax([0.0, 1.0, -1.0])
    components = scipy.stats.norm([-1.0, 0.5, 3.0], np.exp([-0.5, 0.0, -1.0]))

    def integrand(z):
        return q.pdf(z) * (q.logpdf(z) - np.log(weights @ components.pdf(z)))

    exact = scipy.integrate.quad(integrand, -8, 8)[0]
    x = np.zeros((20_000, 1), "float32")
    draws = to_numpy(vae.trace(x, seed=keras.random.SeedGenerator(0)).kl())
    standard_error = draws.std() / math.sqrt(len(draws))
    assert abs(draws.mean() - exact) < 4 * standard_error
    # The same through `evaluate`, with other draws of as many.
    reported = vae.evaluate(x, batch_size=1000, return_dict=True, verbose=0)["kl"]
    assert abs(reported - exact) < 4 * standard_error


@pytest.mark.parametrize("log_var_shift, mean_shift", [(0.0, 0.0), (0.7, 0.0), (-1.0, 0.2)])
def test_elbo_is_below_log_p_by_the_kl_to_the_posterior(log_var_shift, mean_shift):
    linear = LinearGaussian()
    vae = linear.vae(log_var_shift, mean_shift)
    x = linear.sample(1)
    rows = np.repeat(x, 20_000, axis=0)

    def negative_elbo():
        trace = vae.trace(rows, seed=keras.random.SeedGenerator(0))
        return trace.kl() - trace.log_likelihood()

    losses = to_numpy(negative_elbo())
    standard_error = losses.std() / math.sqrt(len(losses))
    gap = linear.kl_to_posterior(log_var_shift, mean_shift)
    loss = vae.evaluate(rows, batch_size=5000, return_dict=True, verbose=0)["loss"]
    for value in (losses.mean(), loss):
        assert abs(-value - (linear.log_prob(x)[0] - gap)) < 4 * standard_error


@pytest.mark.parametrize(
    "cls, parts",
    [
        (models.BernoulliVAE, {"prior": "normal_mixture"}),
        (models.PlanarVAE, {}),
        (models.IAFVAE, {}),
        (models.SVAE, {}),
    ],
)
def test_free_bits_need_a_closed_form_of_each_element(cls, parts):
    with pytest.raises(ValueError, match="needs a KL in closed form for free_bits > 0"):
        small_vae(cls, objective=ELBO(free_bits=0.1), **parts)


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_free_bits_of_groups(groups):
    # KLs of about 12 and 13.5 nats an element, one group of all four, two or four.
    vae = small_vae(latent_dim=4, objective=ELBO(free_bits=26.0, free_bits_groups=groups))
    head = vae.encoder.get_layer("log_var")
    head.set_weights([0 * head.get_weights()[0], np.array([-25.0, -25.0, -28.0, -28.0])])
    reconstruction, kl = by_hand(vae, X)
    rate = np.maximum(26.0, kl.mean(axis=0).reshape(groups, -1).sum(axis=1)).sum()
    result = vae.evaluate(X, batch_size=16, return_dict=True, verbose=0)
    np.testing.assert_allclose(result["loss"], reconstruction.mean() + rate, rtol=3e-5)


def test_free_bits_groups_must_divide_the_latent():
    with pytest.raises(ValueError, match="divide the number of latent elements. Received"):
        small_vae(objective=ELBO(free_bits=1.0, free_bits_groups=3))


def test_names_and_instances():
    assert isinstance(objectives.get("elbo"), ELBO)
    objective = ELBO(beta=2.0)
    assert objectives.get(objective) is objective
    assert float(models.BetaVAE((6,), beta=2.5, hidden=(4,)).objective.kl_weight) == 2.5
