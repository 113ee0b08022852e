"""The image loaders: shapes, ranges, splits, classes and refusals."""

import ast
import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets import Dataset, Split

FOLDER = Path(datasets.__file__).parent
# Of float32 images, and of np.packbits of bits: the test parts.
DIGITS_TEST_SHA256 = "ac8804b25346513b2b46bfa94a2bfcc3ccb2bf1bb572dcc4994e8df373830f86"
STATIC_TEST_SHA256 = "9fcd8da6f0fdf09b2ba30fe63a0bb784042a0de82563172530229b983e294ff2"


def sha256(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def check_part(part, count, shape, labels):
    assert isinstance(part, Split)
    assert part.x.shape == (count, *shape)
    assert part.x.dtype == np.float32
    assert part.x.min() >= 0.0
    assert part.x.max() <= 1.0
    if labels:
        assert part.y.shape == (count,)
        assert part.y.dtype == np.uint8
        assert set(part.y) == set(range(10))
    else:
        assert part.y is None


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_mnist_like(name, data_folder):
    dataset = getattr(datasets, name)()
    assert isinstance(dataset, Dataset)
    check_part(dataset.train, 60_000, (28, 28), labels=True)
    assert dataset.validation is None
    check_part(dataset.test, 10_000, (28, 28), labels=True)
    assert dataset.train.x.max() == 1.0
    with np.load(data_folder / f"{name}.npz") as stored:
        # Back to bytes, in the original order: nothing was lost or moved.
        np.testing.assert_array_equal(np.rint(dataset.test.x * 255), stored["x_test"])
        np.testing.assert_array_equal(dataset.test.y, stored["y_test"])


def test_mnist_validation_is_the_last_of_train_in_order(data_folder):
    whole = datasets.mnist().train
    train, validation, _ = datasets.mnist(num_validation=10_000)
    check_part(train, 50_000, (28, 28), labels=True)
    check_part(validation, 10_000, (28, 28), labels=True)
    np.testing.assert_array_equal(np.concatenate([train.y, validation.y]), whole.y)
    np.testing.assert_array_equal(validation.x, whole.x[50_000:])


def test_mnist_classes_come_before_the_validation_split(data_folder):
    train, validation, test = datasets.mnist(num_validation=100, classes=(1, 8))
    assert (len(train.x), len(validation.x), len(test.x)) == (12_493, 100, 2_109)
    assert set(train.y) == set(validation.y) == set(test.y) == {1, 8}


def test_digits():
    train, validation, test = datasets.digits()
    check_part(train, 1_500, (8, 8), labels=True)
    check_part(test, 297, (8, 8), labels=True)
    assert validation is None
    assert sha256(test.x) == DIGITS_TEST_SHA256


def test_digits_parts_are_the_whole_set_once():
    bunch = pytest.importorskip("sklearn.datasets").load_digits()
    train, validation, test = datasets.digits(num_validation=200)
    assert len(validation.x) == 200
    rows = np.concatenate([part.x.reshape(-1, 64) for part in (train, validation, test)])
    np.testing.assert_array_equal(np.unique(rows * 16, axis=0), np.unique(bunch.data, axis=0))
    assert len(rows) == 1_797


def test_digits_classes():
    train, _, test = datasets.digits(classes=[3])
    assert set(train.y) == set(test.y) == {3}
    assert len(train.y) + len(test.y) == 183  # as scikit-learn documents


def test_digits_without_scikit_learn(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install keras_vae\[datasets\]"):
        datasets.digits()


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_import_needs_neither_scikit_learn_nor_scipy(path):
    for node in ast.parse(path.read_text()).body:  # the top level alone runs at import
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
        assert not [name for name in names if name.split(".")[0] in ("sklearn", "scipy")]


def test_frey_face(data_folder):
    train, validation, test = datasets.frey_face()
    check_part(train, 1_800, (28, 20), labels=False)
    check_part(test, 165, (28, 20), labels=False)
    assert validation is None
    with np.load(data_folder / "frey_face.npz") as stored:
        np.testing.assert_array_equal(np.rint(test.x * 255), stored["x"][1_800:])
    _, validation, _ = datasets.frey_face(num_validation=200)
    np.testing.assert_array_equal(validation.x, train.x[1_600:])


def test_frey_face_frames_are_upright_and_in_time_order(data_folder):
    x = datasets.frey_face().train.x
    assert np.abs(x[1:] - x[:-1]).mean() < 0.5 * np.abs(x[900:] - x[:-900]).mean()
    # A face is smooth; read with its axes exchanged, it is not.
    assert roughness(x) < 0.7 * roughness(x.reshape(-1, 20, 28))


def roughness(x):
    return np.abs(np.diff(x, axis=1)).mean() + np.abs(np.diff(x, axis=2)).mean()


def test_static_binarized_mnist(data_folder):
    dataset = datasets.binarized_mnist()
    for part, count in zip(dataset, (50_000, 10_000, 10_000), strict=True):
        check_part(part, count, (28, 28), labels=False)
        assert np.all((part.x == 0.0) | (part.x == 1.0))
    assert sha256(np.packbits(dataset.test.x.astype(bool))) == STATIC_TEST_SHA256
    # The static bits are draws of MNIST's own test images, there sorted by digit.
    with np.load(data_folder / "mnist.npz") as stored:
        grey = stored["x_test"] / 255
    variance = np.sum(grey * (1 - grey))
    assert abs(dataset.test.x.sum() - grey.sum()) < 4 * np.sqrt(variance)


@pytest.mark.parametrize("value", [-1, 1.5, True, "10", None])
@pytest.mark.parametrize("name", ["digits", "mnist", "fashion_mnist", "frey_face"])
def test_bad_num_validation(name, value):
    message = f"{name}: `num_validation` must be an integer >= 0. Received: num_validation="
    with pytest.raises(ValueError, match=message):
        getattr(datasets, name)(num_validation=value)


def test_num_validation_that_leaves_no_training_images():
    message = "digits has 1500 training images.*Received: num_validation=1500"
    with pytest.raises(ValueError, match=message):
        datasets.digits(num_validation=1_500)


@pytest.mark.parametrize("value", [(1, 10), (-1,), (), 3, "18", ("one",), {1, 8}])
@pytest.mark.parametrize("name", ["digits", "mnist", "fashion_mnist"])
def test_bad_classes(name, value):
    message = f"{name}: `classes` must be None or a sequence of labels from 0 to 9. Received: cl"
    with pytest.raises(ValueError, match=message):
        getattr(datasets, name)(classes=value)


def test_bad_protocols():
    message = (
        "binarized_mnist: `protocol` must be one of .'static', 'fixed'.. Received: protocol='burda'"
    )
    with pytest.raises(ValueError, match=message):
        datasets.binarized_mnist(protocol="burda")
    message = (
        "binarized_fashion_mnist: `protocol` must be one of .'fixed'.. Received: protocol='static'"
    )
    with pytest.raises(ValueError, match=message):
        datasets.binarized_fashion_mnist(protocol="static")


def test_the_old_name_of_a_split():
    with pytest.warns(DeprecationWarning, match="Use keras_vae.datasets.Split"):
        assert datasets.Part is Split
