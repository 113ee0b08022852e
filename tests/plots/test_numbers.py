"""KL bars, rates, densities, posteriors, usage of codes: each number is the right one."""

import keras
import numpy as np
import pytest
import scipy.stats
from matplotlib.colors import to_hex
from sklearn.neighbors import KernelDensity
from tiny_models import images, labelled_vae, vae_with_prior

import keras_vae
from keras_vae import plots
from keras_vae.plots.colors import PALETTE


def heights(container):
    return np.array([bar.get_height() for bar in container])


def test_kl_bars_of_a_model():
    vae = vae_with_prior("standard_normal")
    x = images(50)
    q = vae.posterior(x)
    mean, log_var = (keras.ops.convert_to_numpy(a).astype("float64") for a in (q.mean, q.log_var))
    expected = np.mean(0.5 * (np.exp(log_var) + mean**2 - 1 - log_var), axis=0)
    (axes,) = plots.kl_bars(vae, x, sort=False, threshold=1e-9).axes
    np.testing.assert_allclose(heights(axes.containers[0]), expected, rtol=1e-4)
    threshold = float(np.mean(mean.var(axis=0)))  # between the two
    (axes,) = plots.kl_bars(vae, x, threshold=threshold).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "active (1)",
        "inactive (1)",
    ]
    assert f"{expected.sum():.1f} nats in 2 latents" == axes.get_title()


def test_kl_bars_of_an_array_stand_in_order():
    kl = np.array([0.5, 3.0, 0.1])
    (axes,) = plots.kl_bars(kl).axes
    np.testing.assert_array_equal(heights(axes.containers[0]), [3.0, 0.5, 0.1])
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "0", "2"]
    (axes,) = plots.kl_bars(kl, active=[False, True, False]).axes
    active, inactive = axes.containers
    np.testing.assert_array_equal(heights(active), [3.0])
    np.testing.assert_array_equal(heights(inactive), [0.5, 0.1])
    assert inactive[0].get_hatch()


def test_kl_bars_of_other_latents():
    vae = keras_vae.models.CategoricalVAE((4, 4), 2, 3, hidden=(8,))
    assert len(plots.kl_bars(vae, images(5)).axes[0].patches) >= 2
    conditional = labelled_vae()
    x = {"x": images(5, 3), "condition": np.arange(5) % 3}
    by_dict = plots.kl_bars(conditional, x, threshold=1e-9)
    by_argument = plots.kl_bars(conditional, x["x"], condition=x["condition"], threshold=1e-9)
    np.testing.assert_array_equal(
        *(heights(figure.axes[0].containers[0]) for figure in (by_dict, by_argument))
    )
    with pytest.raises(ValueError, match="has no closed form"):
        plots.kl_bars(vae_with_prior("normal_mixture"), images(5))


def test_bad_kl_bars():
    with pytest.raises(ValueError, match="a model and examples `x`.*BernoulliVAE without x"):
        plots.kl_bars(vae_with_prior("standard_normal"))
    with pytest.raises(ValueError, match="Received: a list and x"):
        plots.kl_bars([1.0], images(5))
    with pytest.raises(ValueError, match=r"finite array \(latent,\).*\(1, 2\)"):
        plots.kl_bars([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"`active` must have shape \(2,\).*\(1,\)"):
        plots.kl_bars([1.0, 2.0], active=[True])


def test_rate_and_distortion_stand_on_lines_of_their_sum():
    figure = plots.rate_distortion({"a": (2.0, 10.0), "path": ([0, 1, 2], [30, 20, 12])})
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata())]
    marked = {line.get_label(): line.get_xydata()[0].tolist() for line in lines}
    assert marked["a"] == [2.0, 10.0] and marked["path"] == [2.0, 12.0]
    named = {text.xy: float(text.get_text()) for text in axes.texts}
    assert named
    for (rate, distortion), value in named.items():
        assert rate + distortion == pytest.approx(value)
    dotted = [line for line in lines if line.get_linestyle() == ":"]
    for line, value in zip(dotted, named.values(), strict=True):
        np.testing.assert_allclose(line.get_xydata().sum(axis=1), value)


@pytest.mark.parametrize(
    "points", [{}, [(1, 2)], {"a": 3}, {"a": (1, 2, 3)}, {"a": ([1, 2], [3])}, {"a": (np.nan, 1)}]
)
def test_bad_points(points):
    with pytest.raises(ValueError, match="`points` must"):
        plots.rate_distortion(points)


def shown(axes):
    """Every tenth value of an image of density, and where it stands: (count,), (count, 2)."""
    values = np.asarray(axes.images[0].get_array())
    left, right, bottom, top = axes.images[0].get_extent()
    middles = (np.arange(len(values)) + 0.5) / len(values)
    across, up = np.meshgrid(left + (right - left) * middles, bottom + (top - bottom) * middles)
    places = np.stack([across, up], axis=-1)
    return values[::10, ::10].ravel(), places[::10, ::10].reshape(-1, 2)


def test_density_is_the_kernel_estimate():
    points = np.random.default_rng(0).normal(size=(500, 2)) * [1.0, 0.5] + [3.0, -1.0]
    figure = plots.density(points, points[:300], bandwidth=0.3)
    for axes, used in zip(figure.axes, (points, points[:300]), strict=False):
        values, places = shown(axes)
        estimate = KernelDensity(bandwidth=0.3).fit(used).score_samples(places)
        # A point is moved to the middle of its cell, by 0.04 of a bandwidth at most.
        np.testing.assert_allclose(values, np.exp(estimate), atol=0.02 * values.max())
    assert [axes.get_title() for axes in figure.axes[:2]] == ["data", "samples"]


def test_density_shows_the_truth_and_its_scale_to_all():
    x = keras_vae.datasets.eight_gaussians(1000)
    log_prob = keras_vae.datasets.eight_gaussians_log_prob
    figure = plots.density(x, {"same": x, "spike": 1e-3 * x}, log_prob=log_prob)
    values, places = shown(figure.axes[0])
    np.testing.assert_allclose(values, np.exp(log_prob(places)))
    limits = {axes.images[0].get_clim() for axes in figure.axes[:3]}
    (limit,) = limits
    # The peak of one of eight normals: 1 / (8 * 2 pi scale^2).
    assert limit == pytest.approx((0, 1.414**2 / (16 * np.pi * 0.25)), rel=0.02)
    assert [axes.get_title() for axes in figure.axes[:3]] == ["true density", "same", "spike"]


def test_bad_densities():
    x = np.zeros((5, 2)) + np.arange(5)[:, None]
    with pytest.raises(ValueError, match=r"`x` must be at least two points.*shape \(5, 3\)"):
        plots.density(np.zeros((5, 3)), x)
    with pytest.raises(ValueError, match="`generated: samples` must be finite"):
        plots.density(x, np.full((5, 2), np.nan))
    with pytest.raises(ValueError, match="`bandwidth` must be a number > 0. Received: bandwidth=0"):
        plots.density(x, x, bandwidth=0)
    with pytest.raises(ValueError, match=r"`log_prob` must give one number for each point"):
        plots.density(x, x, log_prob=lambda points: points)


def test_posteriors_side_by_side():
    means, labels = np.random.default_rng(0).normal(size=(20, 3)), np.arange(20) % 2
    figure = plots.posteriors(means, means[None] + 1, labels, dims=(2, 0))
    left, right = figure.axes
    np.testing.assert_array_equal(left.collections[0].get_offsets(), means[:, [2, 0]])
    np.testing.assert_array_equal(right.collections[0].get_offsets(), means[:, [2, 0]] + 1)
    assert [patch.get_radius() for patch in left.patches] == [1, 2, 3]
    assert to_hex(right.collections[0].get_facecolors()[1]) == PALETTE[1]
    assert (left.get_xlabel(), left.get_ylabel()) == ("$z_{2}$", "$z_{0}$")
    with pytest.raises(ValueError, match=r"one shape.*means of \(20, 3\), draws of \(19, 3\)"):
        plots.posteriors(means, means[1:])
    with pytest.raises(ValueError, match="`dims` must be two different latents below latent_dim=3"):
        plots.posteriors(means, means, dims=(0, 3))


def test_usage_of_codes():
    codes = np.array([[0, 2], [2, 2], [2, 1]])
    (axes,) = plots.codebook_usage(codes, 5).axes
    entropy = scipy.stats.entropy([1, 1, 4])
    assert axes.get_title() == f"3 of 5 used\nperplexity {np.exp(entropy):.1f}"
    shares = axes.patches[0].get_data().values
    np.testing.assert_allclose(shares, np.array([4, 1, 1, 0, 0]) / 6)
    two = plots.codebook_usage(codes, 3, num_levels=2).axes
    assert [axes.get_title().split("\n")[0] for axes in two] == [
        "level 1: 2 of 3 used",
        "level 2: 2 of 3 used",
    ]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([0, 5], 5), "integers from 0 to 4. Received: int64 values from 0 to 5"),
        (([0.5], 5), "integers from 0 to 4"),
        (([], 5), "`indices` must not be empty"),
        (([[0, 1, 2]], 5, 2), r"last axis of levels.*\(1, 3\), num_levels=2"),
        (([0], 0), "`num_codes` must be a positive integer"),
    ],
)
def test_what_is_no_code(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.codebook_usage(*arguments)
