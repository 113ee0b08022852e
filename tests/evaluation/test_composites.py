"""Latents of several kinds or levels: each function knows them, or refuses them clearly."""

import itertools

import numpy as np
import pytest
from checks import quick_compile, to_numpy
from toys import grey, tensor

from keras_vae import VAE, distributions, models, networks, objectives, posteriors, priors, samplers
from keras_vae.distributions import elementwise_kl, kl_divergence
from keras_vae.evaluation import (
    NotApplicable,
    annealed_log_likelihood,
    kl_per_dimension,
    rate_decomposition,
)
from keras_vae.serialization import register

X = grey(8)
FEW = {"num_chains": 2, "num_steps": 4, "num_leapfrog": 2, "verbose": 0}


@pytest.fixture(scope="module")
def joint():
    return models.JointVAE((6,), 2, num_categories=(3, 2), hidden=(4,), seed=0)


@register
class ConditionalJoint(priors.Joint):
    """Joint latents whose normal numbers stand at the condition's first number."""

    conditional = True

    def distribution(self, temperature=1.0, condition=None):
        p = super().distribution(temperature)
        normal = p.parts[0]
        return p._replace(
            parts=(normal._replace(mean=normal.mean + condition[:, :1]), *p.parts[1:])
        )


def joint_vae(prior=None, straight_through=False, **kwargs):
    posterior = posteriors.Joint((3, 2), straight_through=straight_through)
    encoder = networks.mlp((6,), posterior.parameter_shapes((7,)), hidden=(4,))
    decoder = networks.mlp((7,), {"logits": (6,)}, hidden=(4,))
    prior = priors.Joint((3, 2)) if prior is None else prior
    return VAE(encoder, decoder, posterior=posterior, prior=prior, seed=0, **kwargs)


def test_annealing_refuses_categories_beside_numbers(joint):
    for start in ("prior", "encoder"):
        with pytest.raises(NotApplicable, match="real numbers beside discrete .*; use log_"):
            annealed_log_likelihood(joint, X, start=start, **FEW)


def test_annealing_refuses_them_given_a_condition_too():
    vae = joint_vae(ConditionalJoint((3, 2)), condition_shape=(2,))
    with pytest.raises(NotApplicable, match="prior Product, whose latents are real numbers beside"):
        annealed_log_likelihood(vae, X, condition=np.zeros((8, 2), "float32"), **FEW)


def test_annealing_takes_two_levels_of_numbers():
    vae = models.HierarchicalVAE((6,), (2, 3), hidden=(4, 4), seed=0)
    assert np.all(np.isfinite(annealed_log_likelihood(vae, X[:2], **FEW).values))


def test_kl_of_numbers_and_of_each_variable(joint):
    each = kl_per_dimension(joint, X, verbose=0)
    q, p = joint.posterior(X), joint.prior()
    assert each.shape == (2 + 2,)
    parts = [to_numpy(kl_divergence(a, b)).mean() for a, b in zip(q.parts, p.parts, strict=True)]
    np.testing.assert_allclose([each[:2].sum(), *each[2:]], parts, rtol=1e-4)


def test_kl_of_two_levels_is_given_a_draw():
    vae = models.HierarchicalVAE((6,), (2, 3), hidden=(4, 4), seed=0)
    each = kl_per_dimension(vae, np.repeat(X[:1], 2000, axis=0), verbose=0)
    q, p = vae.posterior(X[:1]), vae.prior()
    z = q.sample(4000, seed=1)
    expected = to_numpy(elementwise_kl(q, p, z))[:, 0]
    error = expected.std(axis=0) * np.sqrt(1 / 2000 + 1 / 4000)
    assert each.shape == (5,)
    assert np.all(np.abs(each - expected.mean(axis=0)) <= 5 * error + 1e-5)


def test_kl_of_levels_without_a_closed_form_is_refused():
    vae = models.HierarchicalVAE((6,), (2, 3), priors.NormalMixture(3), hidden=(4, 4), seed=0)
    with pytest.raises(NotApplicable, match="needs a KL in closed form"):
        kl_per_dimension(vae, X, verbose=0)


def test_rate_of_both_kinds(joint):
    parts = rate_decomposition(joint, X, num_samples=400, verbose=0)
    rate = to_numpy(kl_divergence(joint.posterior(X), joint.prior())).mean()
    assert abs(parts.rate.mean - rate) < 4 * parts.rate.sampling_error


@pytest.mark.parametrize("free_bits", [0.0, 0.3])
def test_free_bits_of_each_variable(free_bits):
    vae = quick_compile(joint_vae(objective=objectives.ELBO(free_bits=free_bits)))
    history = vae.fit(X, epochs=1, batch_size=8, verbose=0, shuffle=False).history
    assert np.isfinite(history["loss"][0])
    if free_bits:
        # Far below their free bits, all 2 + 2 elements cost exactly them.
        assert history["loss"][0] >= history["reconstruction"][0] + 4 * free_bits - 1e-4


def test_total_correlation_of_both_kinds():
    vae = quick_compile(joint_vae(straight_through=True, objective=objectives.BetaTCVAE(beta=2.0)))
    vae.fit(X, epochs=1, batch_size=8, verbose=0)
    with pytest.raises(ValueError, match="independent elements"):
        vae = models.HierarchicalVAE((6,), (2, 3), hidden=(4, 4))
        objectives.BetaTCVAE().bind(vae.context)


DENSITIES = {
    "KDE": {},
    "GaussianMixture": {"num_components": 2},
    "MAF": {"hidden": (4,)},
    "RealNVP": {"hidden": (4,)},
    "TwoStageVAE": {"hidden": (4,)},
}


@pytest.mark.parametrize("name", DENSITIES)
def test_densities_of_real_numbers_refuse_categories(name, joint):
    sampler = getattr(samplers, name)(**DENSITIES[name])
    message = r"needs latents that are real numbers.*AggregatePosterior.*JointVAE, whose .*beside"
    with pytest.raises(ValueError, match=message):
        sampler.fit(joint, X)
    assert not sampler.fitted


def test_mixture_of_joint_posteriors(joint, tmp_path):
    sampler = samplers.AggregatePosterior().fit(joint, X)
    z = sampler.sample(3000, seed=0)
    assert set(np.unique(z[:, 2:])) == {0.0, 1.0}
    assert np.all(z[:, 2:5].sum(axis=1) == 1) and np.all(z[:, 5:].sum(axis=1) == 1)
    q = joint.posterior(X)
    means = to_numpy(q.mean)
    error = z.std(axis=0) / np.sqrt(len(z))
    assert np.all(np.abs(z.mean(axis=0) - means.mean(axis=0)) < 5 * error)
    each = to_numpy(q.log_prob(z[:20, None]))
    expected = np.logaddexp.reduce(each, axis=1) - np.log(len(X))
    np.testing.assert_allclose(sampler.log_prob(z[:20]), expected, rtol=1e-4, atol=1e-4)
    # The numbers sum to one over the categories.
    rows = [
        np.concatenate([[0.3, -0.2], np.eye(3)[i], np.eye(2)[j]])
        for i, j in itertools.product(range(3), range(2))
    ]
    normal = q.parts[0].log_prob(tensor([[0.3, -0.2]]))
    total = np.exp(sampler.log_prob(np.float32(rows)).astype("float64")).sum()
    np.testing.assert_allclose(total, np.exp(to_numpy(normal)).mean(), rtol=1e-4)
    sampler.save(tmp_path / "joint.keras")
    loaded = samplers.load(tmp_path / "joint.keras")
    np.testing.assert_array_equal(loaded.sample(9, seed=1), sampler.sample(9, seed=1))


def test_mixtures_refuse_what_no_file_can_hold():
    vae = models.PlanarVAE((6,), latent_dim=2, num_flows=2, hidden=(4,))
    assert isinstance(vae.posterior(X), distributions.Transformed)
    with pytest.raises(ValueError, match="samplers.KDE.*posteriors Transformed"):
        samplers.AggregatePosterior().fit(vae, X)
