"""Colour images: splits, composition on a background, sizes, and what stands in for a download."""

import keras
import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets import files

LABELS = np.arange(20, dtype="uint8") % 10


@pytest.fixture
def mine(cache, tmp_path, monkeypatch):
    """A folder of the user's, with no files yet, and no network for Keras."""
    folder = tmp_path / "mine"
    folder.mkdir()
    monkeypatch.setenv(files.DATA_FOLDER, str(folder))

    def load_data():
        raise Exception("URL fetch failure")

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", load_data)
    return folder


def save_emoji(folder):
    """Three emoji, one a part: half transparent red, of 64 x 64 squares of opacity 0 and 128."""
    x = np.zeros((3, 64, 64, 4), "uint8")
    x[..., 0] = 255
    x[:, ::2, ::2, 3] = 128
    tones = np.array([0, 5, -1], "int8")
    motif = np.array([7, 300, 9], "int16")
    split = np.array([0, 1, 2], "int8")
    np.savez(folder / "noto_emoji_64.npz", x=x, skin_tone=tones, motif=motif, split=split)
    return x


def test_noto_emoji_are_composed_before_they_are_averaged(mine):
    x = save_emoji(mine)
    train, validation, test = datasets.noto_emoji()
    assert (train.x.shape, train.x.dtype) == ((1, 64, 64, 3), np.float32)
    opacity = x[0, ..., 3:] / 255
    expected = x[0, ..., :3] / 255 * opacity + (1 - opacity)
    np.testing.assert_allclose(train.x[0], expected, atol=1e-6)
    np.testing.assert_array_equal(train.y, [[0, 7]])
    np.testing.assert_array_equal(validation.y, [[5, 300]])
    np.testing.assert_array_equal(test.y, [[-1, 9]])
    small = datasets.noto_emoji(size=16, background=(0.0, 0.5, 1.0)).test.x
    alpha = 128 / 255 / 4  # a quarter of the pixels is seen
    np.testing.assert_allclose(
        small, np.broadcast_to([alpha, 0.5 * (1 - alpha), 1 - alpha], (1, 16, 16, 3)), atol=1e-6
    )


def test_noto_emoji_of_the_font(data_folder):
    parts = datasets.noto_emoji(size=32, background="black")
    assert [len(part.x) for part in parts] == [3188, 345, 393]
    motifs = [set(part.y[:, 1]) for part in parts]
    assert not (motifs[0] & motifs[1] or motifs[0] & motifs[2] or motifs[1] & motifs[2])
    tones = np.concatenate([part.y[:, 0] for part in parts])
    assert len({tuple(row) for part in parts for row in part.y if row[0] == 5}) == 327
    assert set(tones) == {-1, 0, 1, 2, 3, 4, 5}
    assert all(0 <= part.x.min() and part.x.max() <= 1 for part in parts)


@pytest.mark.parametrize(
    "argument",
    [{"size": 48}, {"background": "red"}, {"background": (0, 0, 2)}, {"background": 1.0}],
    ids=str,
)
def test_bad_arguments_of_noto_emoji(argument):
    name = next(iter(argument))
    with pytest.raises(ValueError, match=f"noto_emoji: `{name}` must be one of .*Received"):
        datasets.noto_emoji(**argument)


def test_cifar10_is_fetched_by_keras_and_kept(cache, monkeypatch):
    full = {"x": (50_000, 10_000), "fetched": 0}

    def load_data():
        full["fetched"] += 1
        parts = [
            (np.full((n, 32, 32, 3), 51, "uint8"), np.zeros((n, 1), "uint8")) for n in full["x"]
        ]
        return tuple(parts)

    monkeypatch.setattr(keras.datasets.cifar10, "load_data", load_data)
    for _ in range(2):
        test = datasets.cifar10(num_validation=100).test
    assert full["fetched"] == 1 and (cache / "cifar10.npz").is_file()
    assert test.x.shape == (10_000, 32, 32, 3) and test.y.shape == (10_000,)
    assert test.x.max() == np.float32(0.2)


def test_cifar10_without_a_network_is_the_subset_with_a_warning(mine):
    with pytest.raises(FileNotFoundError, match=r"cifar10\.npz is not in .*Keras cannot load"):
        datasets.cifar10()
    x = np.arange(4000, dtype="uint16").astype("uint8")[:, None, None, None]
    x = np.broadcast_to(x, (4000, 32, 32, 3))
    np.savez(mine / "cifar10_first4000.npz", x=x, y=np.arange(4000) % 10)
    with pytest.warns(UserWarning, match=r"first 4,000 images, for cifar10\.npz is not in"):
        train, validation, test = datasets.cifar10(num_validation=200)
    assert [len(part.x) for part in (train, validation, test)] == [3000, 200, 800]
    np.testing.assert_array_equal(np.rint(test.x[:, 0, 0, 0] * 255), np.arange(3200, 4000) % 256)
    np.testing.assert_array_equal(datasets.cifar10(subset=True).test.x, test.x)
    with pytest.raises(FileNotFoundError, match=r"cifar10\.npz is not in"):
        datasets.cifar10(subset=False)
    with pytest.raises(ValueError, match="Received: subset=True, lossy=True"):
        datasets.cifar10(subset=True, lossy=True)
    with pytest.raises(FileNotFoundError, match=r"cifar10_jpeg\.npz is not in"):
        datasets.cifar10(lossy=True)


def test_the_lossy_set_is_shuffled_and_close(mine):
    image = pytest.importorskip("PIL.Image")
    content = []
    for label in LABELS:
        image.fromarray(np.full((32, 32, 3), 10 * label, "uint8")).save(mine / "one.jpg")
        content.append(np.frombuffer((mine / "one.jpg").read_bytes(), "uint8"))
    offset = np.cumsum([0, *map(len, content)])
    parts = {
        f"{key}_{part}": value
        for part in ("train", "test")
        for key, value in {"jpeg": np.concatenate(content), "offset": offset, "y": LABELS}.items()
    }
    np.savez(mine / "cifar10_jpeg.npz", **parts)
    train = datasets.cifar10(lossy=True).train
    assert list(train.y) != list(LABELS) and sorted(train.y) == sorted(LABELS)
    brightness = train.x.mean(axis=(1, 2, 3)) * 255
    np.testing.assert_allclose(brightness, 10.0 * train.y, atol=2)


def test_the_subset_is_lossless_and_the_lossy_set_is_near(data_folder):
    subset = datasets.cifar10(subset=True)
    with np.load(data_folder / "cifar10_first4000.npz") as stored:
        np.testing.assert_array_equal(np.rint(subset.test.x * 255), stored["x"][3200:])
    assert list(subset.train.y[:10]) == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
