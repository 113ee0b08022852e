"""Grids of images: every pixel where it belongs, clipped and never wrapped."""

import importlib
import sys

import keras
import numpy as np
import pytest
from matplotlib.figure import Figure

from keras_vae import plots


def shown(figure):
    """The picture of a figure's only axes."""
    (axes,) = figure.axes
    (image,) = axes.images
    assert image.get_clim() == (0.0, 1.0)
    return np.asarray(image.get_array())


def random_images(*shape):
    return np.random.default_rng(0).uniform(size=shape)


@pytest.mark.parametrize("channels", [(), (1,), (3,)])
def test_samples_lie_row_by_row(channels):
    x = random_images(5, 4, 3, *channels)
    figure = plots.samples(x, columns=2)
    assert isinstance(figure, Figure)
    picture = shown(figure)
    expected = x[..., 0] if channels == (1,) else x
    assert picture.shape[:2] == (3 * 4 + 2, 2 * 3 + 1)
    np.testing.assert_array_equal(picture[5:9, 4:7], expected[3])
    np.testing.assert_array_equal(picture[10:14, 0:3], expected[4])
    assert np.all(picture[10:, 4:] == 1)  # no sixth image: white
    assert np.all(picture[4] == 1) and np.all(picture[:, 3] == 1)


@pytest.mark.parametrize("count, columns", [(1, 1), (2, 2), (9, 3), (10, 4)])
def test_samples_make_about_a_square(count, columns):
    assert shown(plots.samples(random_images(count, 4, 4))).shape[1] == columns * 5 - 1


def test_values_are_clipped_and_never_wrapped():
    x = np.array([[[-0.5, 0.0, 0.5, 1.0, 1.01, 300.0]]])
    np.testing.assert_array_equal(shown(plots.samples(x)), [[0, 0, 0.5, 1, 1, 1]])
    scaled = shown(plots.samples(x, vmin=-0.5, vmax=1.5))
    np.testing.assert_allclose(scaled, [[0, 0.25, 0.5, 0.75, 0.755, 1]])


def test_bytes_need_their_range():
    x = np.array([[[0, 51, 255]]], "uint8")
    np.testing.assert_allclose(shown(plots.samples(x, vmax=255)), [[0, 0.2, 1]])
    with pytest.raises(ValueError, match="vmax=255 be given for bytes.*integers up to 255"):
        plots.samples(x)
    assert shown(plots.samples(x > 50)).tolist() == [[0, 1, 1]]


def test_tensors_are_drawn_too():
    x = random_images(2, 4, 4).astype("float32")
    np.testing.assert_array_equal(
        shown(plots.samples(keras.ops.convert_to_tensor(x))), shown(plots.samples(x))
    )


@pytest.mark.parametrize("channels", [(), (3,)])
def test_reconstructions_lie_below_their_originals(channels):
    x, x_hat = random_images(12, 4, 3, *channels), 1 - random_images(12, 4, 3, *channels)
    figure = plots.reconstructions(x, x_hat, num_images=5)
    picture = shown(figure)
    assert picture.shape == (9, 19, *channels)
    np.testing.assert_array_equal(picture[:4, 16:], x[4])
    np.testing.assert_array_equal(picture[5:, 16:], x_hat[4])
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["original", "reconstruction"]
    assert axes.get_yticks().tolist() == [1.5, 6.5]


def test_reconstructions_take_fewer_images_and_another_channel_axis():
    x = random_images(3, 4, 3)
    assert shown(plots.reconstructions(x, x[..., None])).shape == (9, 11)


@pytest.mark.parametrize("shape", [(784,), (3, 784), (0, 4, 4), (3, 4, 4, 2), (1, 3, 4, 4, 1)])
def test_what_is_no_image_is_refused(shape):
    with pytest.raises(ValueError, match="`x` must be images.*Received: x of shape"):
        plots.samples(np.zeros(shape))
    with pytest.raises(ValueError, match="`x_hat` must be images.*Received: x_hat of shape"):
        plots.reconstructions(np.zeros((3, 4, 4)), np.zeros(shape))


def test_other_bad_arguments():
    x = random_images(3, 4, 4)
    with pytest.raises(ValueError, match=r"same shape.*x of \(3, 4, 4\), x_hat of \(2, 4, 4\)"):
        plots.reconstructions(x, x[:2])
    with pytest.raises(ValueError, match="`num_images` must be.*num_images=0"):
        plots.reconstructions(x, x, num_images=0)
    with pytest.raises(ValueError, match="`columns` must be.*columns=0"):
        plots.samples(x, columns=0)
    with pytest.raises(ValueError, match="`vmin` must be below `vmax`.*vmin=1, vmax=1"):
        plots.samples(x, vmin=1, vmax=1)


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("keras_vae.plots")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"pip install keras_vae\[plots\]"):
        importlib.import_module("keras_vae.plots")
