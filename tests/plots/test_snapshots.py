"""Snapshots of a training: which epochs, which pictures, and the film."""

import numpy as np
import pytest
from PIL import Image
from tiny_models import images, labelled_vae, vae_with_prior

from keras_vae import plots


@pytest.fixture(scope="module")
def trained():
    """A model after three epochs, its snapshots, and what it generates."""
    vae = vae_with_prior("standard_normal")
    vae.compile("adam")
    before = vae.generate(36, seed=0)
    snapshots = plots.Snapshots(every=2)
    vae.fit(images(32), epochs=3, verbose=0, callbacks=[snapshots])
    return vae, snapshots, before


def test_pictures_of_some_epochs_and_of_the_last(trained):
    vae, snapshots, before = trained
    assert snapshots.epochs == [0, 2, 3]
    first, _, last = snapshots.frames
    np.testing.assert_allclose(first[:4, :4], before[0], atol=1e-6)
    np.testing.assert_allclose(last[5:9, :4], vae.generate(36, seed=0)[6], atol=1e-6)
    assert np.abs(first - last).max() > 0


def test_contact_sheet_names_the_epochs(trained):
    snapshots = trained[1]
    figure = snapshots.contact_sheet()
    assert [axes.get_title() for axes in figure.axes] == ["0 epochs", "2 epochs", "3 epochs"]
    two = snapshots.contact_sheet(num=2)
    assert [axes.get_title() for axes in two.axes] == ["0 epochs", "3 epochs"]


def test_film(trained, tmp_path):
    path = trained[1].save(tmp_path / "films" / "training.gif", seconds=0.1, hold=1.0)
    with Image.open(path) as film:
        assert film.n_frames == 3 and film.info["loop"] == 0
        assert film.size == (29 * 11, 29 * 11)  # 6 x 4 pixels and gaps, enlarged to about 320
        times = []
        for frame in range(3):
            film.seek(frame)
            times.append(film.info["duration"])
        assert times == [100, 100, 1000]
    assert [file.name for file in path.parent.iterdir()] == ["training.gif"]


def test_figures_and_conditions(tmp_path):
    vae, x = labelled_vae(), {"x": images(8, 3), "condition": np.arange(8) % 3}
    snapshots = plots.Snapshots()
    snapshots.set_model(vae)
    with pytest.raises(ValueError, match="conditional model needs a picture.*picture=None"):
        snapshots.on_train_begin()
    snapshots = plots.Snapshots(
        lambda vae: plots.latent_scatter(vae.encode(x)[:, :2]), path=tmp_path / "film.gif"
    )
    snapshots.set_model(vae)
    snapshots.on_train_begin()
    snapshots.on_epoch_end(0)
    snapshots.on_train_end()
    assert snapshots.frames[0].shape == (448, 512, 3) and len(snapshots.frames) == 2
    with Image.open(tmp_path / "film.gif") as film:
        assert film.size == (512, 448)


def test_bad_snapshots(tmp_path):
    with pytest.raises(ValueError, match="every"):
        plots.Snapshots(every=0)
    with pytest.raises(ValueError, match="a function of the model as picture.*picture=3"):
        plots.Snapshots(3)
    with pytest.raises(ValueError, match="no pictures before"):
        plots.Snapshots().contact_sheet()
    with pytest.raises(ValueError, match="no pictures before"):
        plots.Snapshots().save(tmp_path / "film.gif")
    sizes = iter([4, 5])
    snapshots = plots.Snapshots(lambda model: np.zeros((1, next(sizes), 4)))
    snapshots.set_model(None)
    snapshots.on_train_begin()
    with pytest.raises(ValueError, match=r"pictures of one size.*\(5, 4\) after one of \(4, 4\)"):
        snapshots.on_epoch_end(0)
