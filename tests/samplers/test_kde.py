"""The kernel density estimate is SciPy's, and chooses a bandwidth that fits."""

import numpy as np
import pytest
import scipy.stats

from keras_vae import models
from keras_vae.samplers import KDE, kde


def clusters(n, seed=0):
    """Two clusters in the plane, far apart, (n, 2)."""
    rng = np.random.default_rng(seed)
    centres = np.array([[-4.0, 0.0], [4.0, 1.0]])
    return centres[np.arange(n) % 2] + 0.5 * rng.normal(size=(n, 2))


@pytest.mark.parametrize("bandwidth", ["scott", 0.3])
def test_density_is_scipys(bandwidth, monkeypatch):
    monkeypatch.setattr(kde, "CHUNK", 500)  # seven latents at once
    z, points = clusters(40), clusters(70, seed=1)
    theirs = scipy.stats.gaussian_kde(points.T, bw_method=bandwidth)
    ours = KDE(bandwidth, num_points=None).fit_latents(points)
    np.testing.assert_allclose(ours.log_prob(z), theirs.logpdf(z.T), rtol=1e-6)


@pytest.mark.parametrize("size", [1, 2])
def test_density_integrates_to_one(size):
    sampler = KDE(num_points=30).fit_latents(clusters(60)[:, :size], seed=0)
    line = np.linspace(-8, 8, 401)
    grid = np.stack(np.meshgrid(*[line] * size), axis=-1).reshape(-1, size)
    step = line[1] - line[0]
    assert abs(np.exp(sampler.log_prob(grid)).sum() * step**size - 1) < 1e-4


def test_draws_follow_the_density():
    sampler = KDE(0.3).fit_latents(clusters(60), seed=0)
    z = sampler.sample(4000, seed=0)
    points, tril = sampler.arrays["points"], sampler.arrays["scale_tril"]
    for i in range(2):
        scale = np.linalg.norm(tril[i])

        def cdf(x, i=i, scale=scale):
            return scipy.stats.norm.cdf(x[:, None], points[:, i], scale).mean(axis=1)

        assert scipy.stats.kstest(z[:, i], cdf).pvalue > 1e-3


def test_leave_one_out_beats_scott_where_there_are_clusters():
    # Scott's rule is for one normal: between the clusters it puts latents where none are.
    train, test = clusters(400), clusters(400, seed=1)
    chosen, scott = (KDE(b).fit_latents(train, seed=0) for b in ("leave_one_out", "scott"))
    assert chosen.log_prob(test).mean() > scott.log_prob(test).mean() + 0.1


def test_leave_one_out_has_the_best_density_of_the_others():
    points = clusters(30)
    sampler = KDE(num_points=None).fit_latents(points, seed=0)

    def left_out(factor):
        tril = factor * np.linalg.cholesky(np.cov(points, rowvar=False))
        total = 0.0
        for i in range(len(points)):
            others = np.delete(points, i, axis=0)
            normal = scipy.stats.multivariate_normal(points[i], tril @ tril.T)
            total += np.log(normal.pdf(others).sum())
        return total

    base = np.linalg.cholesky(np.cov(points, rowvar=False))[0, 0]
    bandwidths = 30 ** (-1 / 6) * kde.TRIED
    best = bandwidths[np.argmax([left_out(factor) for factor in bandwidths])]
    np.testing.assert_allclose(sampler.arrays["scale_tril"][0, 0], best * base, rtol=1e-6)


def test_points_are_chosen_from_all_latents():
    z = clusters(100)
    points = KDE(num_points=40).fit_latents(z, seed=0).arrays["points"]
    assert len(np.unique(points, axis=0)) == 40
    assert np.isin(points[:, 0], z[:, 0]).all() and points[-1, 0] not in z[:40, 0]


def test_every_example_of_a_model_with_halved_batches_counts():
    # Another library's FactorVAE embeds half of the examples, in random order.
    vae = models.FactorVAE((6,), latent_dim=2, hidden=(4,), discriminator_hidden=(4,))
    x = np.random.default_rng(0).uniform(size=(9, 6)).astype("float32")
    sampler = KDE(num_points=None).fit(vae, x, num_samples=None)
    np.testing.assert_allclose(sampler.arrays["points"], vae.encode(x), rtol=1e-5)


def test_maps_of_latents_and_collapsed_ones():
    z = np.random.default_rng(0).normal(size=(50, 2, 3))
    z[:, 1, 2] = 0.5
    sampler = KDE().fit_latents(z, seed=0)
    assert sampler.sample(4, seed=0).shape == (4, 2, 3)
    assert np.isfinite(sampler.log_prob(z)).all()
    np.testing.assert_allclose(sampler.sample(4, seed=0)[:, 1, 2], 0.5, atol=1e-3)
