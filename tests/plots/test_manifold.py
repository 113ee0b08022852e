"""The manifold: which latents are decoded, and where they are drawn."""

import numpy as np
import pytest
import scipy.stats

from keras_vae import networks, plots

CALLS = []


def record(z):
    """Images of 2x1 pixels that show the latent's first two values."""
    CALLS.append(np.array(z))
    return z[:, :2, None] / 10 + 0.5


def picture(figure):
    return np.asarray(figure.axes[0].images[0].get_array())


def labels(ticks):
    return [tick.get_text() for tick in ticks]


def test_grid_stands_at_quantiles_of_the_normal():
    figure = plots.manifold(record, num=5, span=0.8)
    z = CALLS[-1]
    assert z.shape == (25, 2) and z.dtype == np.float32
    expected = scipy.stats.norm.ppf([0.1, 0.3, 0.5, 0.7, 0.9])
    np.testing.assert_allclose(np.unique(z[:, 0]), expected, rtol=1e-6)
    shown = (picture(figure).reshape(5, 2, 5) - 0.5) * 10  # (row, latent, column)
    np.testing.assert_allclose(shown[:, 0], np.tile(expected, (5, 1)), atol=1e-6)
    np.testing.assert_allclose(shown[:, 1], np.tile(expected[::-1, None], (1, 5)), atol=1e-6)


def test_axes_name_the_latents_and_the_vertical_one_points_up():
    (axes,) = plots.manifold(record, num=5, span=0.8, dims=(1, 0)).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$z_{1}$", "$z_{0}$")
    assert labels(axes.get_xticklabels()) == ["-1.3", "-0.5", "0.0", "0.5", "1.3"]
    assert labels(axes.get_yticklabels()) == labels(axes.get_xticklabels())
    heights = axes.transData.transform([(0, y) for y in axes.get_yticks()])[:, 1]
    assert np.all(np.diff(heights) > 0)
    assert axes.get_yticks().tolist() == [8.5, 6.5, 4.5, 2.5, 0.5]


def test_other_latents_stay_fixed():
    plots.manifold(record, num=3, latent_dim=4, dims=(3, 1), fixed=[7, 8, 9, 10])
    z = CALLS[-1]
    assert np.all(z[:, 0] == 7) and np.all(z[:, 2] == 9)
    assert z[0, 3] < 0 < z[0, 1]  # the first image: left, top
    plots.manifold(record, num=3, latent_dim=4, dims=(0, 1))
    assert not np.any(CALLS[-1][:, 2:])


def test_many_images_have_a_label_now_and_then():
    (axes,) = plots.manifold(record, num=41).axes
    assert len(axes.get_xticks()) == len(axes.get_yticks()) == 14


def test_decoders_and_objects_that_decode():
    decoder = networks.mlp((2,), {"mean": (4, 4, 3)}, hidden=(5,))
    assert picture(plots.manifold(decoder, num=2)).shape == (8, 8, 3)

    class Model:
        def decode(self, z):
            return record(z)

    assert picture(plots.manifold(Model(), num=2)).shape == (4, 2)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"num": 1}, "`num` must be at least 2. Received: num=1"),
        ({"span": 1.0}, r"`span` must be in \(0, 1\). Received: span=1.0"),
        ({"dims": (0, 2)}, r"`dims` must be two different.*latent_dim=2. Received: dims=\(0, 2\)"),
        ({"dims": (1, 1)}, "`dims` must be two different"),
        ({"fixed": [0.0], "latent_dim": 2}, r"`fixed` must have shape \(2,\). Received: .*\(1,\)"),
        ({"decode": lambda z: z}, r"`decode\(z\)` must be images.*\(225, 2\)"),
        ({"decode": lambda z: np.zeros((3, 4, 4))}, "one image for each of 225.*Received: 3"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        plots.manifold(**{"decode": record, **arguments})
