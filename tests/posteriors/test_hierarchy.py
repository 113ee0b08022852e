"""Levels of latents, on a linear-Gaussian chain where all that is asked is known exactly."""

import keras
import numpy as np
import pytest
import scipy.stats
from checks import quick_compile, to_numpy
from test_two_level import EXACT, NORMAL, X, kl_of_normals
from toys import compute, tensor

from keras_vae import (
    VAE,
    distributions,
    evaluation,
    likelihoods,
    networks,
    objectives,
    plots,
    posteriors,
    priors,
)

#: float32's rounding of numbers as large as the sums in a log-weight
ROUNDING = 32 * np.finfo("float32").eps * 20
#: the slope, offset and deviation of each level in the one above it, from the top
FOUR = [
    (np.array([1.1, 0.7]), np.array([0.1, 0.2]), np.array([0.8, 0.5])),
    (np.array([-0.9, 0.6]), np.array([0.0, -0.4]), np.array([0.7, 1.1])),
    (EXACT.a, EXACT.c, EXACT.noise),
]


class Chain:
    """z_L ~ N(0, 1), z_i = a z_i+1 + c + noise, and x of z_1 as in `TwoLevelGaussian`.

    Args:
        steps: list of triples as `FOUR`; one step is the model of two levels.
        shift: float, added to the log-variances that the encoder says. Defaults to `0.0`.
    """

    def __init__(self, steps, shift=0.0):
        self.steps, self.shift = steps, shift
        self.levels = {f"z{i}": (2,) for i in range(len(steps) + 1, 0, -1)}

    def messages(self, y):
        """What x says of each level by itself, from the top: means and variances, (2,) each."""
        slope, offset, variance = np.ones(2), np.zeros(2), EXACT.error
        said = [(y, variance)]
        for a, c, noise in reversed(self.steps):
            offset, variance = offset + slope * c, variance + (slope * noise) ** 2
            slope = slope * a
            said.append(((y - offset) / slope, variance / slope**2))
        top_mean, top_variance = said[-1]
        share = 1 / (1 + top_variance)  # at the top the encoder alone knows the prior
        said[-1] = (share * top_mean, share * top_variance)
        stretch = np.exp(self.shift)
        return [(mean, stretch * variance) for mean, variance in reversed(said)]

    def lines(self, x=None):
        """Slope, offset and variance of each level in the one above it; of the prior without x."""
        said = [(np.zeros(2), np.ones(2))] if x is None else self.messages(EXACT.y(x))
        lines = [(np.zeros(2), *said[0])]
        for level, (a, c, noise) in enumerate(self.steps, 1):
            if x is None:
                lines.append((a, c, noise**2))
                continue
            mean, variance = said[level]
            merged = 1 / (1 / noise**2 + 1 / variance)
            lines.append((merged * a / noise**2, merged * (c / noise**2 + mean / variance), merged))
        return lines

    def joint(self, x=None):
        """Mean and covariance of all levels, from the top, given x or without."""
        lines = self.lines(x)
        mean, root = np.zeros(2 * len(lines)), np.zeros((2 * len(lines), 2 * len(lines)))
        for level, (slope, offset, variance) in enumerate(lines):
            here, above = slice(2 * level, 2 * level + 2), slice(2 * level - 2, 2 * level)
            mean[here] = offset if level == 0 else slope * mean[above] + offset
            root[here] = 0 if level == 0 else slope[:, None] * root[above]
            root[here, here] += np.diag(np.sqrt(variance))
        return mean, root @ root.T

    def marginal(self):
        """p(x), of SciPy."""
        mean, covariance = self.joint()
        columns = EXACT.directions * EXACT.norms
        spread = columns @ covariance[-2:, -2:] @ columns.T + EXACT.scale**2 * np.eye(5)
        return scipy.stats.multivariate_normal(columns @ mean[-2:] + EXACT.bias, spread)

    def vae(self, **kwargs):
        """The model as a VAE of linear networks."""
        zero, one = (self.messages(np.full(2, v)) for v in (0.0, 1.0))
        to_y, y_of_zero = EXACT.directions / EXACT.norms, EXACT.y(np.zeros(5))
        shapes = {f"{n}_{k}": (2,) for n in self.levels for k in ("mean", "log_var")}
        encoder = networks.mlp((5,), shapes, hidden=())
        for name, (offset, variance), (end, _) in zip(self.levels, zero, one, strict=True):
            weights = [to_y * (end - offset), y_of_zero * (end - offset) + offset]
            encoder.get_layer(f"{name}_mean").set_weights(weights)
            encoder.get_layer(f"{name}_log_var").set_weights([np.zeros((5, 2)), np.log(variance)])
        between = []
        for a, c, noise in self.steps:
            between.append(networks.mlp((2,), NORMAL, hidden=()))
            between[-1].set_weights([np.diag(a), c, np.zeros((2, 2)), 2 * np.log(noise)])
        output = networks.mlp((2,), {"mean": (5,)}, hidden=())
        output.set_weights([(EXACT.directions * EXACT.norms).T, EXACT.bias])
        vae = VAE(
            encoder,
            networks.LadderTopDown(self.levels, between, output),
            posterior=posteriors.Hierarchy(self.levels),
            prior="hierarchy",
            likelihood=likelihoods.Normal(scale=EXACT.scale),
            **kwargs,
        )
        return quick_compile(vae)


FULL, SHIFTED = Chain(FOUR), Chain(FOUR, shift=0.4)


@pytest.fixture(scope="module")
def exact():
    return FULL.vae()


@pytest.fixture(scope="module")
def shifted():
    return SHIFTED.vae(objective="hierarchical_elbo")


# ---- densities, draws and the KL -----------------------------------------------------------------


def test_densities_are_the_joint_normals(shifted):
    z = np.random.default_rng(0).normal(size=(3, len(X), 8))
    q, p = shifted.posterior(X), shifted.prior()
    log_q, log_p = compute(lambda: (q.log_prob(tensor(z)), p.log_prob(tensor(z))))
    for i, x in enumerate(X):
        expected = scipy.stats.multivariate_normal(*SHIFTED.joint(x)).logpdf(z[:, i])
        np.testing.assert_allclose(log_q[:, i], expected, rtol=1e-4, atol=1e-4)
    expected = scipy.stats.multivariate_normal(*SHIFTED.joint()).logpdf(z)
    np.testing.assert_allclose(log_p, expected, rtol=1e-4, atol=1e-4)
    mean = [SHIFTED.joint(x)[0] for x in X]
    np.testing.assert_allclose(shifted.encode(X), mean, rtol=1e-4, atol=1e-5)


def test_draws_have_the_joint_moments_and_know_their_density(shifted):
    count = 10_000
    q = shifted.posterior(X[:1])
    z, log_q, again = compute(
        lambda: (*(d := q.sample_and_log_prob(count, seed=0)), q.log_prob(d[0] + 0.0))
    )
    np.testing.assert_allclose(log_q, again, rtol=1e-4, atol=1e-4)
    drawn = (to_numpy(shifted.prior_layer.sample(count, seed=0)), SHIFTED.joint())
    for values, (mean, covariance) in ((z[:, 0], SHIFTED.joint(X[0])), drawn):
        whitened = np.linalg.solve(np.linalg.cholesky(covariance), (values - mean).T)
        # White: means within 5 / sqrt(n), and products within 5 / sqrt(n), sqrt(2) on the diagonal.
        assert np.abs(whitened.mean(axis=1)).max() < 5 / np.sqrt(count)
        errors = whitened @ whitened.T / count - np.eye(8)
        assert np.abs(errors).max() < 5 * np.sqrt(2) / np.sqrt(count)


def test_kl_by_levels_and_at_the_draw_are_the_joint_one(shifted):
    count = 5000

    def estimates():
        trace = shifted.trace(tensor(X), count, seed=0)
        return (
            trace.kl(),
            trace.log_ratio(),
            trace.posterior.log_prob(trace.z) - shifted.prior_of().log_prob(trace.z),
        )

    exact = [kl_of_normals(*SHIFTED.joint(x), *SHIFTED.joint()) for x in X]
    kl, ratio, apart = compute(estimates)
    np.testing.assert_allclose(ratio, apart, rtol=1e-3, atol=1e-3)
    for values in (kl, ratio):
        standard_error = values.std(axis=0) / np.sqrt(count)
        assert np.all(np.abs(values.mean(axis=0) - exact) < 4.5 * standard_error)


def test_terms_of_levels_add_up(shifted):
    logs = shifted.evaluate(X, verbose=0, return_dict=True)
    assert {f"kl_z{i}" for i in (1, 2, 3, 4)} < set(logs)
    np.testing.assert_allclose(sum(logs[f"kl_z{i}"] for i in (1, 2, 3, 4)), logs["kl"], rtol=1e-5)
    np.testing.assert_allclose(logs["loss"], logs["kl"] + logs["reconstruction"], rtol=1e-5)


def test_elements_of_the_kl_add_up_to_it(shifted):
    def rates():
        trace = shifted.trace(tensor(X), seed=0)
        each = distributions.elementwise_kl(trace.posterior, trace.prior, trace.z)
        return each, trace.kl()

    each, total = compute(rates)
    assert each.shape == (len(X), 8) and np.all(each >= 0)
    np.testing.assert_allclose(each.sum(axis=1), total, rtol=1e-5)


def test_kl_of_each_level_in_numbers_and_bars(shifted):
    """Their sum is the rate; means over many draws are those of the chain, here of the top."""
    levels = evaluation.kl_per_level(shifted, np.repeat(X[:1], 500, axis=0), verbose=0)
    each = evaluation.kl_per_dimension(shifted, np.repeat(X[:1], 500, axis=0), verbose=0)
    np.testing.assert_allclose(list(levels.values()), each.reshape(4, 2).sum(axis=1), rtol=1e-3)
    (axes,) = plots.kl_bars(shifted, X, by_level=True).axes
    assert [tick.get_text() for tick in axes.get_xticklabels()] == list(levels)
    heights = [bar.get_height() for bar in axes.patches]
    expected = list(evaluation.kl_per_level(shifted, X, verbose=0).values())
    np.testing.assert_allclose(heights, expected, rtol=1e-5)


def test_free_bits_of_levels_and_of_groups():
    for groups, number in ((None, 4), ({"top": ["z4", "z3"], "rest": ["z2", "z1"]}, 2)):
        objective = objectives.HierarchicalELBO(free_bits=100.0, groups=groups)
        logs = FULL.vae(objective=objective).evaluate(X, verbose=0, return_dict=True)
        assert len([name for name in logs if name.startswith("kl_")]) == number
        np.testing.assert_allclose(logs["loss"], logs["reconstruction"] + 100 * number, rtol=1e-5)


# ---- the likelihood ------------------------------------------------------------------------------


@pytest.mark.parametrize("num_samples, batch_size", [(1, None), (7, 3)])
def test_every_weight_is_the_likelihood_where_the_posterior_is_exact(
    exact, num_samples, batch_size
):
    estimate = exact.log_likelihood(X, num_samples, batch_size=batch_size, seed=0)
    np.testing.assert_allclose(estimate, FULL.marginal().logpdf(X), atol=ROUNDING)


def test_log_likelihood_is_the_exact_one_within_its_error(shifted):
    estimate, error = shifted.log_likelihood(X, 4000, seed=0, return_standard_error=True)
    assert np.all((error > 1e-4) & (error < 0.1))
    assert np.all(np.abs(estimate - SHIFTED.marginal().logpdf(X)) < 4 * error)


def test_importance_weighted_bound_of_levels():
    vae = FULL.vae(objective=objectives.IWAE(3))
    expected = -FULL.marginal().logpdf(X).mean()
    np.testing.assert_allclose(vae.evaluate(X, verbose=0)[0], expected, atol=ROUNDING)


def test_with_two_levels_it_is_the_two_level_model():
    """The same densities, means and bound as `posteriors.TwoLevel` has, at the same z."""
    one, two = Chain(FOUR[2:]).vae(), EXACT.vae(top_down=True)
    np.testing.assert_allclose(one.encode(X), two.encode(X), rtol=1e-4, atol=1e-5)
    z = tensor(np.random.default_rng(0).normal(size=(3, len(X), 4)))

    def numbers(vae, q):
        p = vae.prior()
        return q.log_prob(z), p.log_prob(z), distributions.kl_divergence(q, p, z[0])

    posteriors_of = [(vae, vae.posterior(X)) for vae in (one, two)]
    both = [compute(lambda v=v, q=q: numbers(v, q)) for v, q in posteriors_of]
    for ours, theirs in zip(*both, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(
        one.log_likelihood(X, 2, seed=0), two.log_likelihood(X, 2, seed=1), atol=ROUNDING
    )


# ---- levels by name ------------------------------------------------------------------------------


def test_levels_by_name_and_back(exact):
    levels = exact.encode(X, by_level=True)
    assert list(levels) == ["z4", "z3", "z2", "z1"]
    np.testing.assert_array_equal(exact.join_levels(levels), exact.encode(X))
    draws = exact.encode(X, 3, seed=0, by_level=True)
    assert draws["z2"].shape == (3, len(X), 2)


def test_first_levels_are_of_the_example_and_the_rest_of_the_prior(exact):
    """With none it is the prior's mean for all; with k, the mean of the chain below level k."""
    levels = list(exact.encode(X, by_level=True).values())
    for k in (0, 2, 4):
        mean = levels[k - 1] if k else np.zeros((len(X), 2))
        for a, c, _ in FOUR[max(k - 1, 0) :]:
            mean = a * mean + c
        expected = mean * EXACT.norms @ EXACT.directions.T + EXACT.bias
        found = exact.reconstruct(X, num_levels=k)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
    assert exact.reconstruct(X, 2, seed=0, num_levels=1).shape == (2, len(X), 5)


def test_temperature_by_level(exact):
    """Cold levels follow the mean of those above them; warm ones vary."""
    z = to_numpy(exact.prior_layer.sample(50, 0, {"z3": 0.0, "z1": 0.0}))
    a, c, _ = FOUR[0]
    np.testing.assert_allclose(z[:, 2:4], a * z[:, :2] + c, rtol=1e-4, atol=1e-5)
    a, c, _ = FOUR[2]
    np.testing.assert_allclose(z[:, 6:], a * z[:, 4:6] + c, rtol=1e-4, atol=1e-5)
    a, c, _ = FOUR[1]
    assert np.abs(z[:, 4:6] - a * z[:, 2:4] - c).min() > 1e-5
    assert exact.generate(2, seed=0, temperature={"z4": 0.5}).shape == (2, 5)


def test_files_keep_the_levels(shifted, tmp_path):
    shifted.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.encode(X), shifted.encode(X), rtol=1e-6)
    assert len(loaded.trainable_variables) == len(shifted.trainable_variables)
    z = tensor(np.random.default_rng(0).normal(size=(4, 8)))
    found, expected = (compute(lambda v=v: v.prior().log_prob(z)) for v in (loaded, shifted))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


# ---- refused -------------------------------------------------------------------------------------


def plain(**kwargs):
    encoder = networks.mlp((6,), NORMAL, hidden=())
    return VAE(encoder, networks.mlp((2,), {"logits": (6,)}), **kwargs)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: posteriors.Hierarchy({}), "dict of the levels"),
        (lambda: posteriors.Hierarchy({"a": (2,)}, (1, 0)), "log_var_range"),
        (
            lambda: plain(posterior=posteriors.Hierarchy({"a": (2,)})),
            "a keras_vae.networks.TopDown",
        ),
        (lambda: plain(prior=priors.Hierarchy()), "needs posteriors.Hierarchy"),
        (lambda: plain(objective="hierarchical_elbo"), "latents with levels"),
        (lambda: networks.LadderTopDown({"a": (2,), "b": (2,)}, [], None), "between each two"),
        (lambda: plain().encode(np.zeros((2, 6)), by_level=True), "latents of one level"),
        (lambda: plain().reconstruct(np.zeros((2, 6)), num_levels=1), "latents of one level"),
        (
            lambda: FULL.vae(objective=objectives.HierarchicalELBO(groups={"a": ["z9"]})),
            "made of the levels",
        ),
    ],
)
def test_bad_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda vae: vae.generate(2, temperature={"z9": 1.0}), "a dict by level"),
        (lambda vae: vae.generate(2, temperature={"z1": -1.0}), "temperature"),
        (lambda vae: vae.reconstruct(X, num_levels=-1), "num_levels"),
        (lambda vae: vae.join_levels({"z1": X}), "a dict of the levels"),
        (lambda vae: vae.split_levels(np.zeros((2, 3))), "latents"),
    ],
)
def test_bad_calls(exact, call, message):
    with pytest.raises(ValueError, match=message):
        call(exact)
