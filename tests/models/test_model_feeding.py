"""Every kind of data that `fit`, `evaluate` and `predict` take, on every backend."""

import importlib.util

import keras
import numpy as np
import pytest
from checks import bits, quick_compile, without_noise
from zoo import MODELS

BATCH_SIZE = 4
X, X_VAL = bits(10), bits(7, seed=1)  # both end in a short batch
LABELS = np.arange(10)


def batches(x):
    return [x[i : i + BATCH_SIZE] for i in range(0, len(x), BATCH_SIZE)]


def generator(x, wrap):
    yield from map(wrap, batches(x))


class Sequence(keras.utils.PyDataset):
    """Batches by their number, as `wrap` hands them on."""

    def __init__(self, x, wrap):
        super().__init__()
        self.batches, self.wrap = batches(x), wrap

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        return self.wrap(self.batches[index])


def tf_dataset(x, wrap):
    tf = pytest.importorskip("tensorflow")
    # Element by element: what `wrap` makes of one, batching makes of a batch.
    return tf.data.Dataset.from_tensor_slices(wrap(x)).batch(BATCH_SIZE)


def torch_loader(x, wrap):
    torch = pytest.importorskip("torch")
    examples = [wrap(torch.from_numpy(row)) for row in x]
    return torch.utils.data.DataLoader(examples, batch_size=BATCH_SIZE)


def tensor_dataset_loader(x, wrap):
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.from_numpy(x), torch.zeros(len(x)))
    return torch.utils.data.DataLoader(data, batch_size=BATCH_SIZE)


def bare(x):
    return x


def single(x):
    return (x,)


def labelled(x):
    return (x, np.zeros(len(x), "int64"))


MAKERS = {
    "numpy": lambda x, wrap: x,
    "tensor": lambda x, wrap: keras.ops.convert_to_tensor(x),
    "tf_dataset": tf_dataset,
    "torch_loader": torch_loader,
    "py_dataset": Sequence,
    "generator": generator,
}
WRAPS = {
    "numpy": [bare],
    "tensor": [bare],
    "tf_dataset": [bare, single, labelled],
    "torch_loader": [bare, single, labelled],
    "py_dataset": [bare, single, labelled],
    "generator": [bare, single, labelled],
}
KINDS = [
    pytest.param(MAKERS[kind], wrap, id=f"{kind}-{wrap.__name__}")
    for kind, wraps in WRAPS.items()
    for wrap in wraps
]


@pytest.fixture(scope="module")
def vae():
    """A model that does not learn and has no noise: its losses depend on the data alone."""
    return quick_compile(without_noise(MODELS["BernoulliVAE"](seed=0)), keras.optimizers.SGD(0.0))


@pytest.fixture(scope="module")
def losses(vae):
    """Loss and terms of X and of X_VAL, by arrays."""
    return [vae.evaluate(x, batch_size=BATCH_SIZE, verbose=0, return_dict=True) for x in (X, X_VAL)]


def assert_logs(logs, expected, prefix=""):
    for name, value in expected.items():
        np.testing.assert_allclose(logs[prefix + name], value, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize("make, wrap", KINDS)
def test_fit_evaluate_and_predict(vae, losses, make, wrap):
    batch_size = {"batch_size": BATCH_SIZE} if make in (MAKERS["numpy"], MAKERS["tensor"]) else {}
    history = vae.fit(make(X, wrap), validation_data=make(X_VAL, wrap), verbose=0, **batch_size)
    logs = {name: values[-1] for name, values in history.history.items()}
    assert sorted(logs) == sorted([*losses[0], *(f"val_{name}" for name in losses[1])])
    assert_logs(logs, losses[0])
    assert_logs(logs, losses[1], "val_")
    evaluated = vae.evaluate(make(X, wrap), verbose=0, return_dict=True, **batch_size)
    assert_logs(evaluated, losses[0])
    predicted = vae.predict(make(X, wrap), verbose=0, **batch_size)
    np.testing.assert_allclose(predicted, vae.reconstruct(X), rtol=1e-5)


def test_labels_beside_arrays_are_ignored(vae, losses):
    history = vae.fit(X, LABELS, batch_size=BATCH_SIZE, verbose=0).history
    assert_logs({name: values[0] for name, values in history.items()}, losses[0])
    evaluated = vae.evaluate(X, LABELS, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
    assert_logs(evaluated, losses[0])


def test_arrays_and_then_dicts_of_them(vae, losses):
    for data in (X, {"x": X}):
        history = vae.fit(data, batch_size=BATCH_SIZE, verbose=0).history
        assert_logs({name: values[0] for name, values in history.items()}, losses[0])


def test_a_tensor_dataset_with_labels(vae, losses):
    loader = tensor_dataset_loader(X, labelled)
    assert_logs(vae.evaluate(loader, verbose=0, return_dict=True), losses[0])
    history = vae.fit(loader, epochs=2, verbose=0).history
    for epoch in range(2):
        assert_logs({name: values[epoch] for name, values in history.items()}, losses[0])


@pytest.mark.parametrize(
    "validation_data",
    [(X_VAL,), (X_VAL, None), (X_VAL, np.zeros(len(X_VAL))), X_VAL, [X_VAL]],
    ids=["tuple", "tuple with None", "tuple with labels", "array", "list"],
)
@pytest.mark.parametrize("make", [MAKERS["numpy"], Sequence], ids=["numpy", "py_dataset"])
def test_validation_data_beside(vae, losses, make, validation_data):
    batch_size = {"batch_size": BATCH_SIZE} if make is MAKERS["numpy"] else {}
    history = vae.fit(
        make(X, single), validation_data=validation_data, verbose=0, **batch_size
    ).history
    logs = {name: values[0] for name, values in history.items()}
    assert_logs(logs, losses[0])
    assert_logs(logs, losses[1], "val_")


def test_validation_split_holds_the_last_part_out(vae):
    history = vae.fit(X, batch_size=BATCH_SIZE, validation_split=0.3, verbose=0).history
    for prefix, part in (("", X[:7]), ("val_", X[7:])):
        expected = vae.evaluate(part, batch_size=BATCH_SIZE, verbose=0, return_dict=True)
        assert_logs({name: values[0] for name, values in history.items()}, expected, prefix)


def test_infinite_data_with_steps_per_epoch(vae, losses):
    data = tf_dataset(X, single).repeat()
    history = vae.fit(data, steps_per_epoch=3, epochs=2, verbose=0).history
    for epoch in range(2):
        assert_logs({name: values[epoch] for name, values in history.items()}, losses[0])
    evaluated = vae.evaluate(tf_dataset(X, bare).repeat(), steps=3, verbose=0, return_dict=True)
    assert_logs(evaluated, losses[0])


def test_infinite_generator_with_steps_per_epoch(vae, losses):
    def forever():
        while True:
            yield from batches(X)

    history = vae.fit(forever(), steps_per_epoch=3, epochs=2, verbose=0).history
    assert_logs({name: values[1] for name, values in history.items()}, losses[0])


def test_array_with_steps_per_epoch(vae):
    history = vae.fit(X, batch_size=BATCH_SIZE, steps_per_epoch=1, shuffle=False, verbose=0).history
    expected = vae.evaluate(X[:BATCH_SIZE], verbose=0, return_dict=True)
    assert_logs({name: values[0] for name, values in history.items()}, expected)


@pytest.mark.skipif(not importlib.util.find_spec("torch"), reason="needs torch")
def test_the_users_loader_is_left_as_it_was(vae):
    loader = torch_loader(X, bare)
    vae.evaluate(loader, verbose=0)
    assert [len(batch) for batch in loader] == [4, 4, 2]


@pytest.mark.parametrize("kind", ["tf_dataset", "torch_loader", "py_dataset", "generator"])
def test_8_bit_images_in_a_data_set_are_refused(vae, kind):
    data = MAKERS[kind]((255 * X).astype("uint8"), labelled)
    before = vae.get_weights()
    # TensorFlow makes an error of its own of what its pipelines and generators raise.
    with pytest.raises(Exception, match=r"The likelihood Bernoulli needs x in \[0, 1\]"):
        vae.fit(data, verbose=0)
    for weight, kept in zip(vae.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


class LateSurprise(keras.utils.PyDataset):
    """Bits in the first batch, 8-bit images in the second; counts the epochs it hears of."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.surprise, self.begun, self.ended = 255, 0, 0

    @property
    def num_batches(self):
        return 2

    def __getitem__(self, index):
        return X[:BATCH_SIZE] * (self.surprise if index else 1)

    def on_epoch_begin(self):
        self.begun += 1

    def on_epoch_end(self):
        self.ended += 1


@pytest.mark.parametrize("workers", [1, 2])
def test_a_later_batch_of_a_py_dataset_is_checked_too(vae, workers):
    data = LateSurprise(workers=workers)
    with pytest.raises(Exception, match=r"The likelihood Bernoulli needs x in \[0, 1\]"):
        vae.fit(data, shuffle=False, verbose=0)
    with pytest.raises(Exception, match=r"The likelihood Bernoulli needs x in \[0, 1\]"):
        vae.evaluate(data, verbose=0)


def test_a_py_dataset_hears_of_its_epochs(vae):
    data = LateSurprise()
    data.surprise = 1
    vae.fit(data, epochs=3, verbose=0)
    assert data.begun >= 3 and data.ended >= 3
