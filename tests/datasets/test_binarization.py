"""Binarization: the fixed bits of the papers, single draws, and new draws each epoch."""

import hashlib
import math

import keras
import numpy as np
import pytest

from keras_vae import datasets
from keras_vae.datasets import DynamicBinarization, binarize

# sha256 of np.packbits of the bits, validation and test.
FIXED_SHA256 = {
    "mnist": (
        "a5a22bf8d4a175a4403e6e5db0ed8163de851807ebbcd32709b3c66ec2097800",
        "8cc04e23259ba03b15ff0646787146107ac19a204d93333b4fee8220a34a77d0",
    ),
    "fashion_mnist": (
        "b869ba8b3c41559faf540398b07ba91ee1155b4a5393192d96fd92b76c193725",
        "25f0d69b40ae46a7566c3c5fb8650d55ec964d5c10d88ced01e3afa36df0cb90",
    ),
}
GREY = np.random.default_rng(0).random((10, 4, 3), dtype="float32")


def bits_of(dataset):
    return [bits for (bits,) in dataset]


@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_fixed_protocol(name, data_folder):
    dataset = getattr(datasets, f"binarized_{name}")(protocol="fixed")
    with np.load(data_folder / f"{name}.npz") as stored:
        x, y, y_test = stored["x_train"], stored["y_train"], stored["y_test"]
    assert dataset.train.x.shape == (50_000, 28, 28)
    np.testing.assert_array_equal(np.rint(dataset.train.x[-1000:] * 255), x[49_000:50_000])
    for part, labels, sha256 in zip(
        dataset[1:], (y[50_000:], y_test), FIXED_SHA256[name], strict=True
    ):
        assert part.x.shape == (10_000, 28, 28)
        assert part.x.dtype == np.float32
        assert hashlib.sha256(np.packbits(part.x.astype(bool)).tobytes()).hexdigest() == sha256
        np.testing.assert_array_equal(part.y, labels)
    # The legacy generator spends one uniform a pixel, black ones included, and inverts it; so the
    # bits can be had without its `binomial`.
    probability = x[50_000:52_000] / 255
    uniform = np.random.RandomState(777).random_sample(probability.shape)
    expected = np.where(probability <= 0.5, uniform > 1 - probability, uniform <= probability)
    np.testing.assert_array_equal(dataset.validation.x[:2_000], expected)


def test_binarize_is_one_draw_with_the_grey_value_as_probability():
    count = 20_000
    grey = np.linspace(0, 1, 11)
    bits = binarize(np.tile(grey, (count, 1)), seed=1)
    assert bits.dtype == np.float32
    assert set(np.unique(bits)) == {0.0, 1.0}
    standard_error = np.sqrt(grey * (1 - grey) / count)
    assert np.all(np.abs(bits.mean(axis=0, dtype="float64") - grey) <= 4 * standard_error)


def test_binarize_seeds():
    np.testing.assert_array_equal(binarize(GREY, seed=3), binarize(GREY, seed=3))
    assert np.any(binarize(GREY, seed=3) != binarize(GREY, seed=4))
    generator = np.random.default_rng(3)
    np.testing.assert_array_equal(binarize(GREY, generator), binarize(GREY, seed=3))
    assert np.any(binarize(GREY, generator) != binarize(GREY, seed=3))


def test_binarize_keeps_bits():
    bits = np.array([[0, 1, 1, 0]], dtype="uint8")
    np.testing.assert_array_equal(binarize(bits, seed=0), bits)


@pytest.mark.parametrize("function", [binarize, lambda x, seed: DynamicBinarization(x, 2, seed)])
def test_refused_images(function):
    with pytest.raises(ValueError, match=r"needs x in \[0, 1\].*Received: x from 0 to 255"):
        function(np.array([[0, 255]], dtype="uint8"), 0)
    with pytest.raises(ValueError, match="Received: x from -0.5 to 0.5"):
        function(np.array([[-0.5, 0.5]]), 0)
    with pytest.raises(ValueError, match="Received: x from nan to nan"):
        function(np.array([[np.nan, 0.5]]), 0)
    with pytest.raises(ValueError, match=r"at least one image. Received: x of shape \(0, 4\)"):
        function(np.zeros((0, 4)), 0)
    with pytest.raises(
        ValueError,
        match="`seed` must be an integer >= 0. Received: seed=-1",
    ):
        function(GREY, -1)


@pytest.mark.parametrize("batch_size", [0, 2.0, None])
def test_refused_batch_size(batch_size):
    message = "DynamicBinarization: `batch_size` must be an integer >= 1. Received: batch_size="
    with pytest.raises(ValueError, match=message):
        DynamicBinarization(GREY, batch_size)


def test_last_short_batch_is_kept():
    batches = bits_of(DynamicBinarization(GREY, batch_size=4))
    assert [len(bits) for bits in batches] == [4, 4, 2]
    assert all(bits.dtype == np.float32 and bits.shape[1:] == (4, 3) for bits in batches)


def test_no_batch_beyond_the_last():
    with pytest.raises(IndexError, match="has 3 batches. Received: index=3"):
        DynamicBinarization(GREY, batch_size=4)[3]


def test_every_image_once_an_epoch_in_a_new_order():
    white = np.eye(50, dtype="float32")  # already bits, so that only the order is drawn
    dataset = DynamicBinarization(white, batch_size=7, seed=2)
    first, second = (np.concatenate(bits_of(dataset)).argmax(axis=1) for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(50))
    assert list(first) != list(range(50))
    assert list(first) != list(second)


def test_without_shuffle_only_the_bits_are_new():
    rows = np.linspace(0.4, 0.6, 50)[:, None] * np.ones((1, 1000))
    dataset = DynamicBinarization(rows, batch_size=50, shuffle=False)
    (first,), (second,) = bits_of(dataset), bits_of(dataset)
    assert np.any(first != second)
    standard_error = math.sqrt(0.25 / 1000)
    for bits in (first, second):
        assert np.all(np.abs(bits.mean(axis=1) - rows[:, 0]) < 5 * standard_error)


def test_mean_of_the_epochs_is_the_grey_value():
    grey = np.linspace(0, 1, 11)
    dataset = DynamicBinarization(np.tile(grey, (500, 1)), batch_size=100, seed=5)
    bits = np.concatenate([bits for _ in range(20) for bits in bits_of(dataset)])
    standard_error = np.sqrt(grey * (1 - grey) / len(bits))
    assert len(bits) == 10_000
    assert np.all(np.abs(bits.mean(axis=0, dtype="float64") - grey) <= 4 * standard_error)


def test_epochs_are_drawn_independently():
    half = np.full((200, 500), 0.5)
    dataset = DynamicBinarization(half, batch_size=100)
    first, second = (np.concatenate(bits_of(dataset)) for _ in range(2))
    standard_error = math.sqrt(0.25 / first.size)
    assert abs(np.mean(first == second) - 0.5) < 4 * standard_error
    assert abs(np.mean(first[:100] == first[100:]) - 0.5) < 4 * math.sqrt(2) * standard_error


def test_same_seed_same_bits():
    one, two = (DynamicBinarization(GREY, batch_size=4, seed=9) for _ in range(2))
    for _ in range(3):
        for left, right in zip(bits_of(one), bits_of(two), strict=True):
            np.testing.assert_array_equal(left, right)
    other = DynamicBinarization(GREY, batch_size=4, seed=10)
    assert np.any(np.concatenate(bits_of(other)) != np.concatenate(bits_of(two)))


def test_a_batch_depends_on_seed_epoch_and_index_alone():
    dataset = DynamicBinarization(GREY, batch_size=4, seed=9)
    first, second = bits_of(dataset), bits_of(dataset)
    resumed = DynamicBinarization(GREY, batch_size=4, seed=9)
    resumed.epoch = 1
    np.testing.assert_array_equal(resumed[2][0], second[2])
    resumed.epoch = 0
    np.testing.assert_array_equal(resumed[1][0], first[1])


class Recorder(keras.layers.Layer):
    """Adds a loss, so that a model of one part trains on `(batch,)`."""

    def call(self, x):
        self.add_loss(keras.ops.mean(keras.ops.square(x)))
        return x


class Spy(DynamicBinarization):
    """Keeps the epoch of each batch that Keras asked for while an epoch was under way."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = []

    def __getitem__(self, index):
        if self._in_epoch:
            self.asked.append((self.epoch, index))
        return super().__getitem__(index)


def small_model():
    inputs = keras.Input((12,))
    model = keras.Model(inputs, Recorder()(keras.layers.Dense(12)(inputs)))
    model.compile("sgd")
    return model


def test_fit_moves_the_epochs_on():
    train = Spy(GREY.reshape(10, 12), batch_size=4)
    validation = Spy(GREY.reshape(10, 12), batch_size=5)
    model = small_model()
    model.fit(train, validation_data=validation, epochs=2, shuffle=False, verbose=0)
    # Keras calls on_epoch_end more often than epochs end; each epoch counts once all the same.
    assert train.asked == [(epoch, index) for epoch in range(2) for index in range(3)]
    assert validation.asked == [(epoch, index) for epoch in range(2) for index in range(2)]
    model.fit(train, epochs=1, shuffle=False, verbose=0)
    assert train.asked[6:] == [(2, 0), (2, 1), (2, 2)]


def test_workers_draw_the_same_bits():
    model = small_model()
    start = model.get_weights()

    def losses(**kwargs):
        model.set_weights(start)
        dataset = DynamicBinarization(GREY.reshape(10, 12), batch_size=4, **kwargs)
        return model.fit(dataset, epochs=3, shuffle=False, verbose=0).history["loss"]

    assert losses() == losses(workers=2)
