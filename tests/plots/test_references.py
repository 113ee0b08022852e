"""Every figure looks as it did when somebody last looked at it."""

import gallery
import numpy as np
import pytest
from PIL import Image

#: root mean square of what differs, of 255
TOLERANCE = 3.0
_BLOCK = 4  # pixels: edges that differ by one of them count little


def coarse(image):
    """The means of blocks of pixels, (rows, columns, 3)."""
    image = np.asarray(image, "float64")
    rows, columns = (size // _BLOCK for size in image.shape[:2])
    image = image[: rows * _BLOCK, : columns * _BLOCK]
    return image.reshape(rows, _BLOCK, columns, _BLOCK, 3).mean(axis=(1, 3))


def difference(a, b):
    return np.sqrt(np.mean((coarse(a) - coarse(b)) ** 2))


@pytest.mark.parametrize("name", gallery.FIGURES)
def test_figure_looks_as_its_reference(name, tmp_path):
    drawn = gallery.draw(name)
    with Image.open(gallery.FOLDER / f"{name}.png") as image:
        drawn_by, reference = image.text["Matplotlib"], np.asarray(image.convert("RGB"))
    if drawn_by != gallery.version():
        pytest.skip(f"the reference is of Matplotlib {drawn_by}")
    Image.fromarray(drawn).save(tmp_path / f"{name}.png")
    hint = f"see {tmp_path}; if it is right: python tests/plots/gallery.py"
    assert drawn.shape == reference.shape, hint
    assert difference(drawn, reference) < TOLERANCE, hint


def test_every_reference_has_a_figure():
    assert {path.stem for path in gallery.FOLDER.glob("*.png")} == set(gallery.FIGURES)


def test_another_figure_would_be_noticed():
    manifold, flipped = gallery.draw("manifold"), gallery.draw("manifold")[::-1]
    assert difference(manifold, flipped) > TOLERANCE
    for name in ("kl_bars", "latent_scatter", "rate_distortion"):
        reference = gallery.draw(name)
        other_colours = np.where(reference.std(axis=-1, keepdims=True) > 20, 128, reference)
        assert difference(reference, other_colours) > TOLERANCE, name
