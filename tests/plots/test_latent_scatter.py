"""The latent scatter: points, colours, legend, principal components."""

import sys
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex

from keras_vae import plots
from keras_vae.plots.colors import PALETTE, label_colors


def latents(count, size):
    return np.random.default_rng(0).normal(size=(count, size)) * np.arange(size, 0, -1)


def points(figure):
    return figure.axes[0].collections[0]


def test_palette_is_petroffs():
    assert len(set(PALETTE)) == 10
    if hasattr(matplotlib, "color_sequences") and "petroff10" in matplotlib.color_sequences:
        assert [to_hex(c) for c in matplotlib.color_sequences["petroff10"]] == list(PALETTE)


def test_two_latents_are_drawn_as_they_are():
    z = latents(50, 2)
    figure = plots.latent_scatter(z)
    np.testing.assert_array_equal(points(figure).get_offsets(), z)
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$z_0$", "$z_1$")
    assert axes.get_aspect() == 1.0
    assert not figure.legends


@pytest.mark.parametrize("names", [list(range(10)), list("abc"), [-1, 5]])
def test_each_label_has_its_colour_in_the_legend(names):
    labels = np.random.default_rng(1).choice(names, 200)
    figure = plots.latent_scatter(latents(200, 2), labels)
    drawn = [to_hex(color) for color in points(figure).get_facecolors()]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == [str(name) for name in names]
    named = [to_hex(handle.get_color()) for handle in legend.legend_handles]
    assert drawn == [named[names.index(label)] for label in labels.tolist()]


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64"])
def test_the_legend_of_many_numbers_holds_their_ends(dtype):
    colors, ends = label_colors(np.arange(20).astype(dtype))
    assert list(ends) == [0, 19]
    assert [type(end) for end in ends] == [int if dtype in ("uint8", "int64") else float] * 2
    assert list(ends.values()) == [colors[0], colors[-1]]


def test_many_numbers_have_a_colour_bar():
    labels = np.linspace(0, 1, 50)
    figure = plots.latent_scatter(latents(50, 2), labels)
    assert len(figure.axes) == 2 and not figure.legends
    np.testing.assert_array_equal(points(figure).get_array(), labels)


def test_more_latents_are_projected_and_say_what_they_explain():
    z = latents(100, 4)
    figure = plots.latent_scatter(z)
    centred = z - z.mean(0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    expected = np.abs(left[:, :2] * scales[:2])  # the sign of a component is free
    np.testing.assert_allclose(np.abs(points(figure).get_offsets()), expected, rtol=1e-4, atol=1e-4)
    shares = scales**2 / np.sum(scales**2)
    (axes,) = figure.axes
    assert axes.get_xlabel() == f"PC 1 ({shares[0]:.0%} of variance)"
    assert axes.get_ylabel() == f"PC 2 ({shares[1]:.0%} of variance)"


@pytest.mark.parametrize("shape", [(5,), (5, 1), (0, 2), (5, 2, 2)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"`z` must have shape \(count, latent\).*Received: z of"):
        plots.latent_scatter(np.zeros(shape))


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"`labels` must have shape \(20,\).*shape \(20, 1\)"):
        plots.latent_scatter(latents(20, 2), np.zeros((20, 1)))
    with pytest.raises(ValueError, match="More than 10 different `labels`.*Received: 20 labels"):
        plots.latent_scatter(latents(20, 2), [f"label {i}" for i in range(20)])


def test_tsne_keeps_clusters_together():
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 15)
    z = 20.0 * labels[:, None] + generator.normal(size=(30, 4))
    figure = plots.latent_scatter(z, labels, method="tsne", seed=1)
    drawn = np.asarray(points(figure).get_offsets())
    apart = np.linalg.norm(drawn[:, None] - drawn, axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert np.all(labels[apart.argmin(axis=1)] == labels)
    assert figure.axes[0].get_xlabel() == "t-SNE 1"


def test_umap_is_optional(monkeypatch):
    # Not the real one: it compiles for a quarter of a minute.
    class UMAP:
        def __init__(self, n_components, random_state, n_jobs):
            assert (n_components, random_state, n_jobs) == (2, 3, 1)

        def fit_transform(self, z):
            return z[:, 2:]

    z = latents(20, 4)
    monkeypatch.setitem(sys.modules, "umap", SimpleNamespace(UMAP=UMAP))
    figure = plots.latent_scatter(z, method="umap", seed=3)
    np.testing.assert_array_equal(points(figure).get_offsets(), z[:, 2:])
    assert figure.axes[0].get_ylabel() == "UMAP 2"
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match=r"umap-learn: pip install keras_vae\[umap\]"):
        plots.latent_scatter(z, method="umap")


def test_unknown_method():
    with pytest.raises(ValueError, match="`method` must be one of .*'umap'.*method='mds'"):
        plots.latent_scatter(latents(20, 4), method="mds")
