"""Sliders: what they move, and what the image then shows."""

import io
import sys

import numpy as np
import pytest
from PIL import Image
from tiny_models import labelled_vae, vae_with_prior

import keras_vae
from keras_vae import plots


@pytest.fixture
def parts():
    pytest.importorskip("ipywidgets")

    def parts_of(box):
        image, controls = box.children
        return image, list(controls.children)

    return parts_of


def shown(image, side=4):
    """The image of a widget, (side, side[, 3]), without its enlargement."""
    picture = np.asarray(Image.open(io.BytesIO(image.value)))
    assert picture.shape[:2] == (256, 256)
    return picture[:: 256 // side, :: 256 // side] / 255


def test_sliders_move_the_latents_and_go_back(parts):
    vae = vae_with_prior("standard_normal")
    image, (first, second, button) = parts(plots.explore(vae, z=[0.5, 9.0]))
    assert (first.description, first.value, first.max) == ("z0", 0.5, pytest.approx(2.5758293))
    assert second.max == 9.0  # beyond what the prior finds likely
    first.value, second.value = -2.0, 1.5
    expected = vae.decode(np.array([[-2.0, 1.5]]))[0]
    np.testing.assert_allclose(shown(image), expected, atol=0.51 / 255)
    button.click()
    assert (first.value, second.value) == (0.5, 9.0)
    np.testing.assert_allclose(shown(image), vae.decode([[0.5, 9.0]])[0], atol=0.51 / 255)


def test_classes_have_a_menu(parts):
    vae = labelled_vae()
    image, (menu, slider, button) = parts(plots.explore(vae, dims=[2], condition=1))
    assert (menu.value, menu.options, slider.description) == (1, (0, 1, 2), "z2")
    menu.value = 2
    expected = vae.decode(np.zeros((1, 3)), condition=np.array([2]))[0]
    np.testing.assert_allclose(shown(image), expected, atol=0.51 / 255)
    _, controls = parts(plots.explore(vae, condition=[0.5, 0.5, 0.0]))
    assert len(controls) == 4  # a row of numbers has no menu: three sliders and the button


def test_bad_arguments(parts):
    vae = vae_with_prior("standard_normal")
    with pytest.raises(ValueError, match=r"`dims` must be different latents below 2.*\[0, 2\]"):
        plots.explore(vae, dims=[0, 2])
    with pytest.raises(ValueError, match=r"`z` must have shape \(2,\).*\(3,\)"):
        plots.explore(vae, z=[1, 2, 3])
    with pytest.raises(ValueError, match=r"`span` must be in \(0, 1\)"):
        plots.explore(vae, span=1.5)
    points = keras_vae.models.BernoulliVAE((5,), latent_dim=2, hidden=(8,))
    with pytest.raises(ValueError, match="`decode.z.` must be images"):
        plots.explore(points)


def test_without_ipywidgets_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"needs ipywidgets: pip install keras_vae\[notebooks\]"):
        plots.explore(vae_with_prior("standard_normal"))
