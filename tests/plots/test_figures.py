"""What every figure can do: show itself in a notebook, be written, leave pyplot alone."""

import io
import stat

import gallery
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from keras_vae import plots
from keras_vae.plots.figures import pixels, write_whole


def test_a_notebook_gets_a_picture():
    figure = plots.samples(gallery.blobs(np.zeros((4, 2))))
    assert isinstance(figure, Figure)
    picture = Image.open(io.BytesIO(figure._repr_png_()))
    assert picture.size == tuple(int(100 * inches) for inches in figure.get_size_inches())


def test_pixels_leave_the_figure_as_it_was():
    figure = plots.samples(gallery.blobs(np.zeros((4, 2))))
    dpi, canvas = figure.dpi, figure.canvas
    assert pixels(figure, 30).shape == (60, 60, 3)
    assert figure.dpi == dpi and figure.canvas is canvas


def test_files_are_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "page.html"
    write_whole(path, b"first")
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)

    def fail(*arguments):
        raise OSError("the disk is full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="the disk is full"):
        write_whole(path, b"second")
    assert path.read_bytes() == b"first"
    assert [file.name for file in path.parent.iterdir()] == ["page.html"]
