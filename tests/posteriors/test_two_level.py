"""Two levels of latents, on a linear-Gaussian model where all that is asked is known exactly."""

import keras
import numpy as np
import pytest
import scipy.special
import scipy.stats
from checks import perturb, quick_compile, to_numpy
from toys import compute, grey, tensor

from keras_vae import (
    VAE,
    distributions,
    likelihoods,
    models,
    networks,
    objectives,
    posteriors,
    priors,
)
from keras_vae.objectives import IWAE

NORMAL = {"mean": (2,), "log_var": (2,)}
#: float32's rounding of numbers as large as the sums in a log-weight
ROUNDING = 32 * np.finfo("float32").eps * 20


class TwoLevelGaussian:
    """z2 ~ N(0, 1), z1 = a z2 + c + noise, x = B z1 + b + noise, with two latents a level.

    B's columns are orthogonal, so that each latent of z1 has a z2 of its own, and all the
    posteriors are normal with diagonal covariance: q(z2|x), q(z1|x, z2), q(z1|x), q(z2|z1).

    Args:
        shift: float, added to the log-variances of both levels' posteriors. Defaults to `0.0`.
    """

    a, c, noise = np.array([0.8, -1.5]), np.array([0.5, -0.3]), np.array([0.6, 0.9])
    norms, scale = np.array([1.0, 2.0]), 0.5

    def __init__(self, shift=0.0):
        rng = np.random.default_rng(0)
        self.directions = np.linalg.qr(rng.normal(size=(5, 2)))[0]
        self.bias = rng.normal(size=5)
        self.shift = shift
        self.error = (self.scale / self.norms) ** 2  # of y, which is z1 as x shows it

    def y(self, x):
        return (x - self.bias) @ self.directions / self.norms

    def marginal(self):
        """p(x), of SciPy."""
        columns = self.directions * self.norms
        covariance = columns * (self.a**2 + self.noise**2) @ columns.T
        covariance += self.scale**2 * np.eye(5)
        return scipy.stats.multivariate_normal(columns @ self.c + self.bias, covariance)

    def prior(self):
        """Mean and covariance of p(z2, z1)."""
        return joint(np.zeros(2), np.ones(2), self.a, self.c, self.noise**2, top_down=True)

    def chain(self, y, top_down):
        """The posterior: the first level's mean and variance, and the second's line in it."""
        stretch = np.exp(self.shift)
        if top_down:
            variance = 1 / (1 + self.a**2 / (self.noise**2 + self.error))
            mean = variance * self.a * (y - self.c) / (self.noise**2 + self.error)
            given = 1 / (1 / self.noise**2 + 1 / self.error)
            slope = given * self.a / self.noise**2
            offset = given * (self.c / self.noise**2 + y / self.error)
        else:
            spread = self.a**2 + self.noise**2
            variance = 1 / (1 / spread + 1 / self.error)
            mean = variance * (self.c / spread + y / self.error)
            given = 1 / (1 + self.a**2 / self.noise**2)
            slope = given * self.a / self.noise**2
            offset = -slope * self.c
        return mean, stretch * variance, slope, offset, stretch * given

    def posterior(self, x, top_down):
        """Mean and covariance of q(z2, z1 | x)."""
        return joint(*self.chain(self.y(x), top_down), top_down)

    def vae(self, top_down, **kwargs):
        """The model as a VAE of linear networks."""
        zero, one = (self.chain(np.full(2, v), top_down) for v in (0.0, 1.0))
        to_y, y_of_zero = self.directions / self.norms, self.y(np.zeros(5))
        heads = {**NORMAL, "context": (2,)} if top_down else NORMAL
        encoder = networks.mlp((5,), heads, hidden=())
        encoder.get_layer("mean").set_weights(line(to_y, y_of_zero, one[0] - zero[0], zero[0]))
        encoder.get_layer("log_var").set_weights([np.zeros((5, 2)), np.log(zero[1])])
        rows, kwargs_of_network = np.diag(zero[2]), {}
        if top_down:
            encoder.get_layer("context").set_weights([to_y, y_of_zero])
            rows = np.concatenate([rows, np.diag(one[3] - zero[3])])
            kwargs_of_network = {"condition_shape": (2,)}
        network = networks.mlp((2,), NORMAL, hidden=(), **kwargs_of_network)
        network.set_weights([rows, zero[3], np.zeros_like(rows), np.log(zero[4])])
        generation = networks.mlp((2,), NORMAL, hidden=())
        generation.set_weights([np.diag(self.a), self.c, np.zeros((2, 2)), 2 * np.log(self.noise)])
        decoder = networks.mlp((2,), {"mean": (5,)}, hidden=())
        decoder.set_weights([(self.directions * self.norms).T, self.bias])
        vae = VAE(
            encoder,
            networks.bottom_level(decoder, (2, 2)),
            posterior=posteriors.TwoLevel(network, top_down),
            prior=priors.TwoLevel(generation),
            likelihood=likelihoods.Normal(scale=self.scale),
            **kwargs,
        )
        return quick_compile(vae)


def line(to_y, y_of_zero, slope, offset):
    """Kernel and bias of slope * y(x) + offset, elementwise."""
    return [to_y * slope, y_of_zero * slope + offset]


def joint(mean, variance, slope, offset, given, top_down):
    """Mean and covariance of [z2, z1], one drawn first and the other on a line of it."""
    means = [mean, slope * mean + offset]
    blocks = [[np.diag(variance), np.diag(slope * variance)]]
    blocks += [[np.diag(slope * variance), np.diag(given + slope**2 * variance)]]
    if not top_down:
        means, blocks = means[::-1], [row[::-1] for row in blocks[::-1]]
    return np.concatenate(means), np.block(blocks)


def kl_of_normals(mean, covariance, other_mean, other_covariance):
    inverse, shift = np.linalg.inv(other_covariance), other_mean - mean
    log_ratio = np.linalg.slogdet(other_covariance)[1] - np.linalg.slogdet(covariance)[1]
    return 0.5 * (np.trace(inverse @ covariance) + shift @ inverse @ shift - len(mean) + log_ratio)


EXACT, SHIFTED = TwoLevelGaussian(), TwoLevelGaussian(shift=0.5)
X = EXACT.marginal().rvs(6, random_state=0).astype("float32")
both_ways = pytest.mark.parametrize("top_down", [True, False], ids=["top_down", "bottom_up"])


@pytest.fixture(scope="module")
def shifted():
    """Models whose posterior is too wide, by whether they infer top-down."""
    return {top_down: SHIFTED.vae(top_down) for top_down in (True, False)}


# ---- densities and draws -----------------------------------------------------------------------


@both_ways
def test_densities_are_the_joint_normals(shifted, top_down):
    vae = shifted[top_down]
    z = np.random.default_rng(0).normal(size=(3, len(X), 4))
    q, p = vae.posterior(X), vae.prior()
    log_q, log_p = compute(lambda: (q.log_prob(tensor(z)), p.log_prob(tensor(z))))
    for i, x in enumerate(X):
        expected = scipy.stats.multivariate_normal(*SHIFTED.posterior(x, top_down)).logpdf(z[:, i])
        np.testing.assert_allclose(log_q[:, i], expected, rtol=1e-4, atol=1e-4)
    expected = scipy.stats.multivariate_normal(*SHIFTED.prior()).logpdf(z)
    np.testing.assert_allclose(log_p, expected, rtol=1e-4, atol=1e-4)
    mean = [SHIFTED.posterior(x, top_down)[0] for x in X]
    np.testing.assert_allclose(vae.encode(X), mean, rtol=1e-4, atol=1e-5)


@both_ways
def test_draws_have_the_joint_moments_and_know_their_density(shifted, top_down):
    vae, count = shifted[top_down], 20_000
    q, p = vae.posterior(X), vae.prior()
    draws = compute(lambda: (*q.sample_and_log_prob(count, seed=0), q.sample(seed=3)))
    z, log_q, one = draws
    np.testing.assert_allclose(log_q, compute(lambda: q.log_prob(tensor(z))), rtol=1e-3, atol=1e-3)
    assert one.shape == (len(X), 4)
    samples = [(z[:, i], SHIFTED.posterior(x, top_down)) for i, x in enumerate(X[:2])]
    samples.append((to_numpy(vae.prior_layer.sample(count, seed=0)), SHIFTED.prior()))
    samples.append((compute(lambda: p.sample(count, seed=1)), SHIFTED.prior()))
    for values, (mean, covariance) in samples:
        whitened = np.linalg.solve(np.linalg.cholesky(covariance), (values - mean).T)
        # White: means within 5 / sqrt(n), and products within 5 / sqrt(n), sqrt(2) on the diagonal.
        assert np.abs(whitened.mean(axis=1)).max() < 5 / np.sqrt(count)
        errors = whitened @ whitened.T / count - np.eye(4)
        assert np.abs(errors).max() < 5 * np.sqrt(2) / np.sqrt(count)


# ---- the KL ------------------------------------------------------------------------------------


@both_ways
def test_kl_by_levels_and_at_the_draw_are_the_joint_one(shifted, top_down):
    vae, count = shifted[top_down], 5000

    def estimates():
        trace = vae.trace(tensor(X), count, seed=0)
        return trace.kl(), trace.log_ratio()

    exact = [kl_of_normals(*SHIFTED.posterior(x, top_down), *SHIFTED.prior()) for x in X]
    for values in compute(estimates):
        standard_error = values.std(axis=0) / np.sqrt(count)
        assert np.all(np.abs(values.mean(axis=0) - exact) < 4.5 * standard_error)


def test_elements_of_the_kl_add_up_to_it(shifted):
    vae = shifted[True]

    def rates():
        trace = vae.trace(tensor(X), seed=0)
        each = distributions.elementwise_kl(trace.posterior, trace.prior, trace.z)
        return each, trace.kl()

    each, total = compute(rates)
    assert each.shape == (len(X), 4) and np.all(each >= 0)
    np.testing.assert_allclose(each.sum(axis=1), total, rtol=1e-5)


@both_ways
def test_levels_by_name_and_the_top_one_alone(top_down):
    """From the top down, z1 is then the mean of the prior given z2; without levels, all is."""
    vae = EXACT.vae(top_down)
    levels = vae.encode(X, by_level=True)
    assert {name: z.shape for name, z in levels.items()} == {"z2": (6, 2), "z1": (6, 2)}
    np.testing.assert_array_equal(vae.join_levels(levels), vae.encode(X))
    np.testing.assert_allclose(vae.reconstruct(X, num_levels=2), vae.reconstruct(X), rtol=1e-5)
    if not top_down:
        with pytest.raises(ValueError, match="does not see the data by itself"):
            vae.reconstruct(X, num_levels=1)
        return
    z1 = EXACT.a * levels["z2"] + EXACT.c
    expected = z1 * EXACT.norms @ EXACT.directions.T + EXACT.bias
    np.testing.assert_allclose(vae.reconstruct(X, num_levels=1), expected, rtol=1e-3, atol=1e-4)


def test_free_bits_can_be_shared_by_a_level():
    """Below them no gradient presses the rate: here all of z2's, as its group is one."""
    free = objectives.ELBO(free_bits=1000.0, free_bits_groups=2)
    vae = EXACT.vae(True, objective=free)
    logs = vae.evaluate(X, verbose=0, return_dict=True)
    np.testing.assert_allclose(logs["loss"], logs["reconstruction"] + 2000.0, rtol=1e-5)


# ---- the likelihood ----------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("num_samples, batch_size", [(1, None), (7, 3), (50, None)])
def test_every_weight_is_the_likelihood_where_the_posterior_is_exact(
    top_down, num_samples, batch_size
):
    vae = EXACT.vae(top_down)
    estimate = vae.log_likelihood(X, num_samples, batch_size=batch_size, seed=0)
    np.testing.assert_allclose(estimate, EXACT.marginal().logpdf(X), atol=ROUNDING)


@both_ways
def test_log_likelihood_is_the_exact_one_within_its_error(shifted, top_down):
    estimate, error = shifted[top_down].log_likelihood(X, 4000, seed=0, return_standard_error=True)
    assert np.all((error > 1e-4) & (error < 0.1))
    assert np.all(np.abs(estimate - SHIFTED.marginal().logpdf(X)) < 4 * error)


@both_ways
def test_importance_weighted_bound_of_two_levels(top_down):
    vae = EXACT.vae(top_down, objective=IWAE(3))
    expected = -EXACT.marginal().logpdf(X).mean()
    np.testing.assert_allclose(vae.evaluate(X, verbose=0)[0], expected, atol=ROUNDING)


@both_ways
def test_own_networks_are_saved_with_the_model(shifted, top_down, tmp_path):
    shifted[top_down].save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.encode(X), shifted[top_down].encode(X), rtol=1e-6)
    z = np.random.default_rng(0).normal(size=(4, 4))
    expected = scipy.stats.multivariate_normal(*SHIFTED.prior()).logpdf(z)
    log_p = compute(lambda: loaded.prior().log_prob(tensor(z)))
    np.testing.assert_allclose(log_p, expected, rtol=1e-4, atol=1e-4)


# ---- the prior on top --------------------------------------------------------------------------


def vamp_vae(num_components=3, **kwargs):
    vamp = priors.Vamp(num_components, seed=0)
    vae = models.HierarchicalVAE((6,), (2, 3), vamp, hidden=(4, 4), seed=0, **kwargs)
    return quick_compile(perturb(vae, scale=0.3)), vamp


def test_vamp_prior_of_the_top_level_has_its_posteriors_as_components():
    vae, vamp = vamp_vae()
    examples = grey(3)
    vamp.start_from(examples)
    q = vae.posterior(examples).first
    z = np.random.default_rng(0).normal(size=(7, 5))
    scale = np.exp(0.5 * to_numpy(q.log_var))
    each = scipy.stats.norm.logpdf(z[:, None, :2], to_numpy(q.mean), scale).sum(axis=-1)
    mean, log_var = (to_numpy(t) for t in vae.prior_layer.network(tensor(z[:, :2])))
    bottom = scipy.stats.norm.logpdf(z[:, 2:], mean, np.exp(0.5 * log_var)).sum(axis=-1)
    expected = scipy.special.logsumexp(each, axis=1) - np.log(3) + bottom
    result = compute(lambda: vae.prior().log_prob(tensor(z)))
    np.testing.assert_allclose(result, expected, rtol=1e-4)


def test_generation_takes_every_pseudo_input_alike_and_z1_from_z2():
    """The authors' code takes the first n pseudo-inputs, and others a standard normal (both wrong);
    z1 comes from p(z1|z2), and not from the posterior at the pseudo-input."""
    vae, vamp = vamp_vae()
    vamp.start_from(grey(3))
    means = to_numpy(vae.posterior(grey(3)).first.mean)
    z = to_numpy(vae.prior_layer.sample(3000, seed=0, temperature=0.0))
    distance = np.abs(z[:, None, :2] - means).max(axis=-1)
    assert distance.min(axis=1).max() < 1e-5
    counts = np.bincount(distance.argmin(axis=1), minlength=3)
    assert scipy.stats.chisquare(counts).pvalue > 1e-3
    mean, _ = (to_numpy(t) for t in vae.prior_layer.network(tensor(z[:, :2])))
    np.testing.assert_allclose(z[:, 2:], mean, rtol=1e-4, atol=1e-5)
    images = vae.generate(3000, seed=0, temperature=0.0)
    np.testing.assert_allclose(images, vae.decode(z), rtol=1e-4)


def test_training_moves_pseudo_inputs_and_each_network():
    vae, vamp = vamp_vae()
    before = [to_numpy(v) for v in vae.trainable_variables]
    history = vae.fit(grey(20), epochs=2, verbose=0).history
    assert np.isfinite(history["loss"]).all()
    after = [to_numpy(v) for v in vae.trainable_variables]
    assert all(np.any(a != b) for a, b in zip(after, before, strict=True))


def test_a_condition_reaches_both_levels_and_a_prior_of_the_top():
    vae = models.HierarchicalVAE(
        (6,), (2, 3), "conditional_normal", hidden=(4, 4), condition_shape=(3,), seed=0
    )
    quick_compile(perturb(vae, scale=0.3))
    x, labels = grey(12), np.arange(12) % 3
    moved = vae.encode(x, condition=labels) != vae.encode(x, condition=(labels + 1) % 3)
    assert np.all(moved)
    z = to_numpy(vae.prior_layer.sample(3, 0, 0.0, condition=tensor(np.eye(3))))
    expected = to_numpy(vae.prior(condition=[0, 1, 2]).mean)
    np.testing.assert_allclose(z, expected, rtol=1e-5, atol=1e-6)
    assert len(np.unique(np.round(z, 4), axis=0)) == 3
    assert vae.log_likelihood(x, 7, condition=labels, batch_size=8).shape == (12,)


# ---- refused -----------------------------------------------------------------------------------


def networks_of(first=2, second=3, **kwargs):
    return networks.mlp((first,), {"mean": (second,), "log_var": (second,)}, hidden=(), **kwargs)


def joined(posterior, prior, **kwargs):
    encoder = networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=())
    return VAE(encoder, networks.mlp((5,), {"logits": (6,)}), posterior, prior, **kwargs)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: posteriors.TwoLevel("mlp"), "needs network as a functional Keras model"),
        (lambda: priors.TwoLevel(networks_of(condition_shape=(2,))), "of 1 vector.* at most"),
        (lambda: posteriors.TwoLevel(networks_of(), log_var_range=(1, 0)), "log_var_range"),
        (lambda: priors.TwoLevel(networks_of(), top="vamp"), "top as a Prior.*top='vamp'"),
        (
            lambda: joined(posteriors.TwoLevel(networks_of(3)), "standard_normal"),
            r"shapes {'mean': \(3,\).*Received: outputs of shapes \[\(2,\), \(2,\)\]",
        ),
        (
            lambda: joined(posteriors.TwoLevel(networks_of()), priors.TwoLevel(networks_of(3, 2))),
            r"sizes \(3, 2\). Received: .*sizes \(2, 3\)",
        ),
        (
            lambda: joined(
                posteriors.TwoLevel(networks_of(), top_down=False),
                priors.TwoLevel(networks_of(3, 2), priors.Vamp(3)),
            ),
            "Vamp needs a normal posterior.*TwoLevel",
        ),
        (
            lambda: joined(
                posteriors.TwoLevel(networks_of(), top_down=False),
                priors.TwoLevel(networks_of(3, 2)),
                objective=objectives.ELBO(free_bits=0.1),
            ),
            "closed form for free_bits",
        ),
        (
            lambda: models.HierarchicalVAE((6,), (2,)),
            "size of z2, size of z1.*latent_dims=\\(2,\\)",
        ),
        (lambda: models.TwoLayerVAE((6,), (2, 0)), "latent_dims"),
        (lambda: models.HierarchicalVAE((6,), hidden=()), "`hidden` must have at least one layer"),
        (lambda: networks.Levels((2, 3))(tensor(np.ones((1, 4)))), "vectors of length 5"),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
