"""Traversals, interpolations, and how walks through latents meet the zoo's models."""

import numpy as np
import pytest
from tiny_models import images, labelled_vae, vae_with_prior

import keras_vae
from keras_vae import plots
from keras_vae.plots.latents import quantiles


def picture(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def as_pixels(z):
    """Images of one row, whose pixels are the latents."""
    return np.asarray(z)[:, None, :] / 10 + 0.5


def test_each_row_moves_one_latent():
    start = np.array([0.5, -1.0, 2.0])
    figure = plots.traversals(as_pixels, z=start, num=5, span=0.9)
    shown = (picture(figure)[::2] - 0.5) * 10  # every second row of pixels is a gap
    shown = shown.reshape(3, -1)
    # Each tile is three pixels and a gap.
    tiles = np.stack([shown[:, 4 * i : 4 * i + 3] for i in range(5)], axis=1)
    expected = np.tile(start, (3, 5, 1))
    for dim in range(3):
        expected[dim, :, dim] = np.linspace(-1.6448536, 1.6448536, 5)
    np.testing.assert_allclose(tiles, expected, atol=1e-5)
    (axes,) = figure.axes
    assert labels(axes.get_yticklabels()) == ["$z_{0}$", "$z_{1}$", "$z_{2}$"]
    assert labels(axes.get_xticklabels()) == ["-1.6", "-0.8", "0.0", "0.8", "1.6"]


def test_the_kl_orders_the_latents():
    figure = plots.traversals(as_pixels, dims=[0, 2], kl=[0.1, 9.0, 2.5], latent_dim=3, num=3)
    (axes,) = figure.axes
    assert labels(axes.get_yticklabels()) == ["$z_{2}$  2.50 nats", "$z_{0}$  0.10 nats"]


def test_curves_have_a_panel_for_each_latent():
    figure = plots.traversals(lambda z: z @ np.ones((4, 6)), latent_dim=4, num=3)
    assert [axes.get_title() for axes in figure.axes[:4]] == [f"$z_{{{i}}}$" for i in range(4)]
    assert all(len(axes.lines) == 3 for axes in figure.axes[:4])
    heights = [line.get_ydata()[0] for line in figure.axes[0].lines]
    np.testing.assert_allclose(heights, [-2.3263479, 0, 2.3263479], atol=1e-5)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"num": 1}, "`num` must be at least 2"),
        ({"span": 0}, r"`span` must be in \(0, 1\)"),
        ({"dims": [0, 3]}, r"`dims` must be different latents from 0 to 2.*\[0, 3\]"),
        ({"dims": [1, 1]}, "`dims` must be different"),
        ({"kl": [1.0, 2.0]}, r"`kl` must have shape \(3,\).*\(2,\)"),
        ({"z": np.zeros((1, 3))}, r"`z` must have shape \(3,\).*\(1, 3\)"),
        ({"decode": lambda z: np.zeros((len(z), 4, 4, 2))}, "must be images"),
    ],
)
def test_bad_traversals(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.traversals(**{"decode": as_pixels, "latent_dim": 3, **arguments})


@pytest.mark.parametrize("channels", [(), (3,)])
def test_interpolations_stand_between_their_ends(channels):
    x = np.random.default_rng(0).uniform(size=(2, 3, 4, 4, *channels))
    a, b = np.zeros((2, 4, 4, *channels)), np.ones((2, 4, 4, *channels))
    figure = plots.interpolations(x, a, b)
    shown = picture(figure)
    assert shown.shape == (9, 4 + 2 + 14 + 2 + 4, *channels)
    assert np.all(shown[:4, :4] == 0) and np.all(shown[:4, -4:] == 1)
    np.testing.assert_array_equal(shown[5:, 11:15], x[1, 1])
    (axes,) = figure.axes
    assert labels(axes.get_xticklabels()) == ["from", "0", "1", "to"]
    assert axes.get_xticks().tolist() == [1.5, 7.5, 17.5, 23.5]
    assert picture(plots.interpolations(x)).shape == (9, 14, *channels)


def test_bad_interpolations():
    x = np.zeros((2, 3, 4, 4))
    with pytest.raises(ValueError, match=r"`x` must be images of shape \(count, steps.*\(2, 4\)"):
        plots.interpolations(np.zeros((2, 4)))
    with pytest.raises(ValueError, match=r"`b` must be an image for each row.*\(2, 4, 4\).*\(1, 4"):
        plots.interpolations(x, b=np.zeros((1, 4, 4)))


def test_flat_images_are_told_to_reshape():
    with pytest.raises(ValueError, match=r"Flat images need a reshape: x.reshape"):
        plots.manifold(lambda z: np.zeros((len(z), 784)))


def test_conditional_models_need_their_condition():
    vae = labelled_vae()
    one_hot = np.eye(3)[2]
    by_label = plots.traversals(vae, condition=2, num=3)
    np.testing.assert_array_equal(
        picture(by_label), picture(plots.traversals(vae, condition=one_hot, num=3))
    )
    z = np.zeros((1, 3), "float32")
    expected = vae.decode(z, condition=np.array([2]))[0]
    np.testing.assert_allclose(picture(by_label)[:4, 5:9], expected, atol=1e-6)
    manifold = plots.manifold(vae, num=3, condition=2)
    np.testing.assert_allclose(picture(manifold)[4:8, 4:8], expected, atol=1e-6)
    with pytest.raises(ValueError, match=r"conditional model needs `condition`.*\(3,\)"):
        plots.manifold(vae, num=3)
    with pytest.raises(ValueError, match="takes `condition` for conditional models only"):
        plots.traversals(vae_with_prior("standard_normal"), condition=2)


def test_other_priors_give_the_quantiles_of_their_draws():
    vae = vae_with_prior("learned_normal")
    vae.prior_layer.set_weights([np.array([3.0, -1.0]), np.log([4.0, 0.25])])
    levels = [0.1, 0.5, 0.9]
    standard = np.array([-1.2815516, 0.0, 1.2815516])
    expected = np.stack([3 + 2 * standard, -1 + 0.5 * standard], axis=1)
    # A quantile's standard error is sqrt(p (1 - p) / n) / density: below 0.03 deviations here.
    error = np.abs(quantiles(vae, 2, levels) - expected) / [2.0, 0.5]
    assert error.max() < 4 * 0.03
    (axes,) = plots.traversals(vae, num=3).axes
    assert labels(axes.get_xticklabels()) == ["1% of the prior", "99%"]


def test_curved_and_discrete_latents_are_refused():
    sphere = keras_vae.models.PowerSphericalVAE((4, 4), latent_dim=3, hidden=(8,))
    categories = keras_vae.models.CategoricalVAE((4, 4), 2, 3, hidden=(8,))
    bits = keras_vae.models.BinaryVAE((4, 4), 5, hidden=(8,))
    for vae in (sphere, bits):
        for walk in (plots.traversals, plots.manifold):
            with pytest.raises(ValueError, match="moves each latent on its own, which latents of"):
                walk(vae)
    with pytest.raises(ValueError, match=r"vectors as latents.*CategoricalVAE.*\(2, 3\)"):
        plots.manifold(categories)
    figure = plots.interpolations(sphere.interpolate(images(2), images(2)[::-1], steps=3))
    assert picture(figure).shape == (9, 14)
