"""Walks and bars of latents that are numbers and categories together, or of two levels."""

import numpy as np
import pytest
from tiny_models import images

from keras_vae import models, plots
from keras_vae.evaluation import kl_per_dimension


@pytest.fixture(scope="module")
def joint():
    return models.JointVAE((4, 4), 2, num_categories=(3, 2), hidden=(8,), seed=0)


class Recorder:
    """A model that keeps what it is asked to decode."""

    def __init__(self, vae):
        self.vae, self.latents = vae, []

    def __getattr__(self, name):
        return getattr(self.vae, name)

    def decode(self, z, **kwargs):
        self.latents.append(np.asarray(z))
        return self.vae.decode(z, **kwargs)


def assert_in_categories(z):
    for piece in (z[:, 2:5], z[:, 5:]):
        assert set(np.unique(piece)) == {0.0, 1.0} and np.all(piece.sum(axis=1) == 1)


@pytest.mark.parametrize("start", [None, np.array([0.1, 0.2, 0.2, 0.5, 0.3, 0.4, 0.6])])
def test_traversals_stay_in_a_category(joint, start):
    model = Recorder(joint)
    figure = plots.traversals(model, z=start, num=4)
    (z,) = model.latents
    assert z.shape == (4 + 4 + 3 + 2, 7)
    assert_in_categories(z)
    np.testing.assert_array_equal(z[8:11, 2:5], np.eye(3))
    np.testing.assert_array_equal(z[11:, 5:], np.eye(2))
    assert np.all(np.diff(z[:4, 0]) > 0) and np.all(z[:4, 1] == z[0, 1])
    if start is not None:
        np.testing.assert_array_equal(z[0, 2:], [0, 1, 0, 0, 1])
    names = [tick.get_text() for tick in figure.axes[0].get_yticklabels()]
    assert names == ["$z_{0}$", "$z_{1}$", "$z_{2}$ (categories)", "$z_{3}$ (categories)"]
    # White behind the last category.
    picture = np.asarray(figure.axes[0].images[0].get_array())
    assert picture.shape == (4 * 5 - 1, 4 * 5 - 1) and np.all(picture[15:, 10:] == 1)


def test_a_row_is_as_long_as_it_has_categories():
    vae = models.JointVAE((4, 4), 1, num_categories=(5,), hidden=(8,), seed=0)
    model = Recorder(vae)
    plots.traversals(model, num=3)
    assert model.latents[0].shape == (10, 6)


def test_the_kl_of_each_variable_orders_the_rows(joint):
    x = images(10)
    kl = kl_per_dimension(joint, x, verbose=0)
    names = plots.traversals(joint, num=3, kl=kl, dims=[1, 3]).axes[0].get_yticklabels()
    expected = sorted((1, 3), key=lambda i: -kl[i])
    assert [name.get_text()[:7] for name in names] == [f"$z_{{{i}}}$" for i in expected]
    with pytest.raises(ValueError, match=r"`dims` must be different latents from 0 to 3"):
        plots.traversals(joint, dims=[4])


def test_what_moves_numbers_only_refuses_categories(joint):
    for walk in (plots.manifold, lambda vae: plots.explore_html(vae, "never.html")):
        with pytest.raises(ValueError, match="moves each latent on its own.*beside discrete"):
            walk(joint)


def test_bars_of_both_kinds(joint):
    x = images(20)
    (axes,) = plots.kl_bars(joint, x, sort=False, threshold=1e-12).axes
    heights = [bar.get_height() for bar in axes.containers[0]]
    np.testing.assert_allclose(heights, kl_per_dimension(joint, x, verbose=0), rtol=1e-4)


def test_bars_of_two_levels():
    vae = models.HierarchicalVAE((4, 4), (2, 3), hidden=(8, 8), seed=0)
    (axes,) = plots.kl_bars(vae, images(20), threshold=1e-12).axes
    assert sum(len(container) for container in axes.containers) == 5
