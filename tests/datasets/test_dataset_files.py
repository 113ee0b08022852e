"""Where files are found, what is fetched, and what is refused."""

import gzip
import hashlib
import importlib
import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets import files

SHAPES = {"x": (3, 2), "y": (3,)}
ARRAYS = {"x": np.arange(6, dtype="uint8").reshape(3, 2), "y": np.arange(3, dtype="uint8")}


def module(name):
    # The package's name `mnist` is the function; its module has to be asked for by the whole name.
    return importlib.import_module(f"keras_vae.datasets.{name}")


def save(folder, name="tiny", **arrays):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.npz"
    np.savez_compressed(path, **{**ARRAYS, **arrays})
    return path


def fetch_nothing(folder):
    raise RuntimeError("fetched, although the file was there")


def load(fetch=fetch_nothing):
    return files.load("tiny", SHAPES, "https://example.org/tiny", fetch)


def leftovers(cache):
    return sorted(path.name for path in cache.iterdir())


# The order of the search


def test_folder_comes_before_the_cache(cache, tmp_path, monkeypatch):
    save(cache, y=np.zeros(3, "uint8"))
    save(tmp_path / "mine")
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path / "mine"))
    np.testing.assert_array_equal(load()["y"], [0, 1, 2])


def test_cache_where_the_folder_has_no_such_file(cache, tmp_path, monkeypatch):
    save(cache)
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path))
    np.testing.assert_array_equal(load()["x"], ARRAYS["x"])


def test_cache_alone(cache):
    save(cache)
    np.testing.assert_array_equal(load()["x"], ARRAYS["x"])


def test_cache_is_the_one_of_keras(monkeypatch):
    monkeypatch.delenv("KERAS_HOME", raising=False)
    assert files.cache_folder() == Path.home() / ".keras" / "datasets"


def test_fetched_once_and_kept(cache):
    np.testing.assert_array_equal(load(save)["x"], ARRAYS["x"])
    assert leftovers(cache) == ["tiny.npz"]
    np.testing.assert_array_equal(load(fetch_nothing)["x"], ARRAYS["x"])


def test_folder_that_does_not_exist(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path / "typo"))
    message = "KERAS_VAE_DATA needs to name a folder that exists. Received: KERAS_VAE_DATA=.*typo"
    with pytest.raises(FileNotFoundError, match=message):
        load()


def test_offline(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path))
    url = (tmp_path / "nowhere" / "tiny.npz").as_uri()
    with pytest.raises(FileNotFoundError) as caught:
        load(lambda folder: files.download(url, folder))
    message = str(caught.value)
    assert f"tiny.npz is not in {tmp_path} nor in {cache}, and cannot be fetched" in message
    assert f"{url} cannot be downloaded" in message
    assert "Get the data from https://example.org/tiny and save it as tiny.npz" in message
    assert "uint8 arrays x (3, 2), y (3,), in a folder that" in message
    assert leftovers(cache) == []


def test_cache_that_cannot_be_made(cache):
    cache.parent.write_text("a file stands where the folder should be")
    with pytest.raises(FileNotFoundError, match="tiny.npz is not in .* and cannot be fetched"):
        load(save)


# Files that are not what they should be


@pytest.fixture
def mine(cache, tmp_path, monkeypatch):
    """A folder of the user's, whose files are never replaced."""
    (tmp_path / "mine").mkdir()
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path / "mine"))
    return tmp_path / "mine"


@pytest.mark.parametrize("content", [b"", b"not a zip at all", b"PK\x03\x04 cut off"])
def test_damaged_file_in_the_cache_is_fetched_again(content, cache):
    save(cache).write_bytes(content)
    np.testing.assert_array_equal(load(save)["x"], ARRAYS["x"])
    assert leftovers(cache) == ["tiny.npz"]
    np.testing.assert_array_equal(load(fetch_nothing)["x"], ARRAYS["x"])


def test_damaged_file_in_the_cache_is_named_without_a_network(cache):
    save(cache).write_bytes(b"broken")
    url = (cache / "nowhere" / "tiny.npz").as_uri()
    with pytest.raises(ValueError, match=r"tiny\.npz cannot be read"):
        load(lambda folder: files.download(url, folder))


def test_download_has_a_limit(cache, tmp_path):
    (tmp_path / "large.bin").write_bytes(bytes(1000))
    url = (tmp_path / "large.bin").as_uri()
    (tmp_path / "out").mkdir()
    assert files.download(url, tmp_path / "out", max_bytes=1000).stat().st_size == 1000
    with pytest.raises(ValueError, match="at most 999 bytes"):
        files.download(url, tmp_path / "out", max_bytes=999)


@pytest.mark.parametrize("content", [b"", b"not a zip at all", b"PK\x03\x04 cut off", b"\x80\x04."])
def test_corrupt_file(content, mine):
    path = save(mine)
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"tiny\.npz cannot be read: a corrupt or foreign file?"):
        load()


def test_half_a_file(mine):
    path = save(mine)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match=r"tiny\.npz cannot be read"):
        load()


def test_damaged_bytes(mine):
    path = save(mine)
    content = bytearray(path.read_bytes())
    content[100] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"tiny\.npz"):
        load()


def test_pickles_are_not_loaded(mine):
    save(mine, x=np.array([{"a": 1}, None], dtype=object))
    with pytest.raises(ValueError, match=r"tiny\.npz cannot be read.*allow_pickle=False"):
        load()


@pytest.mark.parametrize(
    ("array", "received"),
    [
        (np.zeros((3, 3), "uint8"), r"uint8 \(3, 3\)"),
        (np.zeros((3, 2), "float32"), r"float32 \(3, 2\)"),
    ],
)
def test_wrong_array(array, received, mine):
    save(mine, x=array)
    message = rf"tiny\.npz needs the array x, uint8 \(3, 2\). Received: {received}"
    with pytest.raises(ValueError, match=message):
        load()


def test_missing_array(mine):
    np.savez(mine / "tiny.npz", x=ARRAYS["x"])
    message = r"tiny\.npz needs the array y, uint8 \(3,\). Received: no such array"
    with pytest.raises(ValueError, match=message):
        load()


@pytest.mark.parametrize(
    "name", ["mnist", "fashion_mnist", "frey_face", "binarized_mnist", "binarized_fashion_mnist"]
)
def test_loaders_name_the_corrupt_file(name, tmp_path, monkeypatch):
    file = "fashion_mnist" if name == "binarized_fashion_mnist" else name
    (tmp_path / f"{file}.npz").write_bytes(b"broken")
    monkeypatch.setenv("KERAS_VAE_DATA", str(tmp_path))
    with pytest.raises(ValueError, match=rf"{file}\.npz cannot be read"):
        getattr(datasets, name)()


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "frey_face", "binarized_mnist"])
def test_loaders_offline(name, cache, tmp_path, monkeypatch):
    pytest.importorskip("scipy")
    monkeypatch.setattr(module(name), "URL", (tmp_path / "nowhere").as_uri() + "/data")
    with pytest.raises(FileNotFoundError, match=rf"^{name}\.npz is not in .*KERAS_VAE_DATA names"):
        getattr(datasets, name)()
    assert leftovers(cache) == []


# Downloads, from folders that stand in for the network


def test_mnist_download(cache, data_folder, monkeypatch):
    # Keras' own file has other bytes than ours, with the same arrays: so its checksum is ours here.
    source = data_folder / "mnist.npz"
    monkeypatch.setattr(module("mnist"), "URL", source.as_uri())
    monkeypatch.setattr(module("mnist"), "SHA256", sha256_of(source))
    assert datasets.mnist().test.x.shape == (10_000, 28, 28)
    assert (cache / "mnist.npz").read_bytes() == source.read_bytes()
    assert leftovers(cache) == ["mnist.npz"]


def test_mnist_wrong_checksum(cache, tmp_path, monkeypatch):
    source = save(tmp_path, "mnist")
    monkeypatch.setattr(module("mnist"), "URL", source.as_uri())
    message = r"mnist\.npz needs to have the sha256 731c5ac6.*Received: other content.*Nothing was"
    with pytest.raises(ValueError, match=message):
        datasets.mnist()
    assert leftovers(cache) == []


def test_fashion_mnist_from_the_cache_of_keras_and_from_the_source(
    cache, tmp_path, data_folder, monkeypatch
):
    web, keras_cache = tmp_path / "web", cache / "fashion-mnist"
    arrays = write_fashion_sources(web, data_folder)
    keras_cache.mkdir(parents=True)
    # Keras has one file whole, and the rest of an interrupted download of another.
    (web / "train-images-idx3-ubyte.gz").rename(keras_cache / "train-images-idx3-ubyte.gz")
    images = (web / "t10k-images-idx3-ubyte.gz").read_bytes()
    (keras_cache / "t10k-images-idx3-ubyte.gz").write_bytes(images[:1000])
    monkeypatch.setattr(module("fashion_mnist"), "URL", web.as_uri() + "/")
    dataset = datasets.fashion_mnist()
    np.testing.assert_array_equal(np.rint(dataset.test.x * 255), arrays["x_test"])
    np.testing.assert_array_equal(dataset.train.y, arrays["y_train"])
    assert leftovers(cache) == ["fashion-mnist", "fashion_mnist.npz"]


@pytest.mark.parametrize(
    "content", [b"<html>log in</html>", gzip.compress(b"other images", mtime=0)]
)
def test_fashion_mnist_wrong_checksum(content, cache, tmp_path, monkeypatch):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(content)
    monkeypatch.setattr(module("fashion_mnist"), "URL", tmp_path.as_uri() + "/")
    message = r"train-images-idx3-ubyte\.gz needs to have the sha256 c59f468a.*Nothing was kept"
    with pytest.raises(ValueError, match=message):
        datasets.fashion_mnist()
    assert leftovers(cache) == []


def test_binarized_mnist_download(cache, tmp_path, data_folder, monkeypatch):
    expected = write_static_sources(tmp_path, data_folder)
    monkeypatch.setattr(module("binarized_mnist"), "URL", tmp_path.as_uri() + "/")
    dataset = datasets.binarized_mnist()
    for part, bits in zip(dataset, expected, strict=True):
        np.testing.assert_array_equal(part.x.reshape(-1, 784), bits)
    assert leftovers(cache) == ["binarized_mnist.npz"]


def test_binarized_mnist_wrong_checksum(cache, tmp_path, monkeypatch):
    (tmp_path / "binarized_mnist_train.amat").write_text("0 1\n" * 784)
    monkeypatch.setattr(module("binarized_mnist"), "URL", tmp_path.as_uri() + "/")
    message = r"binarized_mnist_train\.amat needs to have the sha256 ad693b29.*Nothing was kept"
    with pytest.raises(ValueError, match=message):
        datasets.binarized_mnist()
    assert leftovers(cache) == []


def test_frey_face_download(cache, tmp_path, data_folder, monkeypatch):
    savemat = pytest.importorskip("scipy.io").savemat
    with np.load(data_folder / "frey_face.npz") as stored:
        x = stored["x"]
    savemat(tmp_path / "frey_rawface.mat", {"ff": x.reshape(1965, 560).T})
    monkeypatch.setattr(module("frey_face"), "URL", (tmp_path / "frey_rawface.mat").as_uri())
    np.testing.assert_array_equal(np.rint(datasets.frey_face().train.x * 255), x[:1800])
    assert leftovers(cache) == ["frey_face.npz"]


def test_frey_face_wrong_content(cache, tmp_path, monkeypatch):
    savemat = pytest.importorskip("scipy.io").savemat
    path = tmp_path / "frey_rawface.mat"
    monkeypatch.setattr(module("frey_face"), "URL", path.as_uri())
    message = r"frey_rawface\.mat needs to have the sha256 2438ba4f.*Nothing was kept"
    savemat(path, {"ff": np.zeros((560, 1965), "uint8")})
    with pytest.raises(ValueError, match=message):
        datasets.frey_face()
    path.write_bytes(b"no matrix")
    with pytest.raises(ValueError, match=message):
        datasets.frey_face()
    assert leftovers(cache) == []


def test_frey_face_without_scipy(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(ImportError, match=r"frey_face needs SciPy: pip install keras_vae\[dataset"):
        datasets.frey_face()


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_fashion_sources(folder, data_folder):
    """The four compressed IDX files, as the source has them."""
    folder.mkdir()
    with np.load(data_folder / "fashion_mnist.npz") as stored:
        arrays = {key: stored[key] for key in stored.files}
    for key, (name, _) in module("fashion_mnist").SOURCES.items():
        array = arrays[key]
        header = struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape)
        (folder / name).write_bytes(gzip.compress(header + array.tobytes(), compresslevel=0))
    return arrays


def write_static_sources(folder, data_folder):
    """The three text files, as the source has them, and their bits."""
    bits = []
    with np.load(data_folder / "binarized_mnist.npz") as stored:
        for key, (name, _) in module("binarized_mnist").SOURCES.items():
            bits.append(np.unpackbits(stored[key], axis=1))
            text = np.full((len(bits[-1]), 2 * 784), ord(" "), "uint8")
            text[:, ::2] = bits[-1] + ord("0")
            text[:, -1] = ord("\n")
            text.tofile(folder / name)
    return bits
