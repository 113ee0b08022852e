"""Every model under every function of `keras_vae.plots` that takes one.

It draws, or raises a ValueError with the reason.
"""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from cases import condition, data, model, pairs, result_or_refusal

from keras_vae import plots


@pytest.fixture(autouse=True)
def closed_figures():
    yield
    plt.close("all")


def one(vae):
    """The keyword argument `condition` of one example, if the model has one."""
    return {name: values[0] for name, values in condition(vae, 1).items()}


def manifold(vae, folder):
    return plots.manifold(vae, num=2, **one(vae))


def traversals(vae, folder):
    return plots.traversals(vae, num=2, **one(vae))


def traversals_from_an_example(vae, folder):
    z = vae.encode(data(vae, 1), **condition(vae, 1), verbose=0)
    return plots.traversals(vae, z[0], num=2, **one(vae))


def kl_bars(vae, folder):
    return plots.kl_bars(vae, data(vae), **condition(vae))


def latent_scatter(vae, folder):
    return plots.latent_scatter(vae.encode(data(vae), **condition(vae), verbose=0))


def posteriors(vae, folder):
    given = {**condition(vae), "verbose": 0}
    draws = vae.encode(data(vae), num_samples=1, seed=0, **given)
    return plots.posteriors(vae.encode(data(vae), **given), draws[0])


def explore(vae, folder):
    return plots.explore(vae, **one(vae))


def explore_html(vae, folder):
    path = folder / "map.html"
    plots.explore_html(vae, path, num=2)
    return path.stat().st_size


FUNCTIONS = {
    function.__name__: function
    for function in (
        manifold,
        traversals,
        traversals_from_an_example,
        kl_bars,
        latent_scatter,
        posteriors,
        explore,
        explore_html,
    )
}


@pairs(FUNCTIONS)
def test_draws_or_says_why_not(name, function, tmp_path):
    vae = model(name)
    drawn = result_or_refusal(name, lambda: FUNCTIONS[function](vae, tmp_path))
    if isinstance(drawn, plt.Figure):
        drawn.canvas.draw()
        images = [image.get_array() for axes in drawn.axes for image in axes.images]
        assert all(np.all(np.isfinite(image)) for image in images)
