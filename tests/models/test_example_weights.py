"""Weights of the examples: in every term, of every model, from every container."""

import keras
import numpy as np
import pytest
from checks import (
    bits,
    levels,
    quick_compile,
    seed_states,
    set_seed_states,
    shared_out,
    suited,
    to_numpy,
    without_noise,
)
from zoo import MODELS, VARIANTS

from keras_vae import datasets, models

N = 5
WEIGHTS = np.array([2.0, 0.0, 0.5, 1.0, 3.0], "float32")
X = bits(N)


def terms_of(vae, inputs, weights=None):
    """The loss and the terms of a pass, whose noise is always the same."""
    states = seed_states(vae)
    inputs = inputs if isinstance(inputs, dict) else {"x": inputs}
    if weights is not None:
        inputs = {**inputs, "sample_weight": weights}
    vae({name: keras.ops.convert_to_tensor(value) for name, value in inputs.items()})
    set_seed_states(vae, states)
    own = {name: float(to_numpy(value)) for name, value in vae._terms.take().items()}
    return {"loss": float(to_numpy(vae.losses[0])), **own}


LINEAR = ("reconstruction", "kl", "elbo", "class_kl", "classification", "code", "l1", "l2")


def examples(vae):
    x = suited(levels(N, vae.data_shape), vae.likelihood_layer)
    if vae.condition_shape is None:
        return x
    return {"x": x, "condition": np.arange(N, dtype="int32") % vae.condition_shape[0]}


@pytest.mark.parametrize("name", shared_out(sorted(VARIANTS)))
def test_each_example_counts_by_its_weight_or_the_model_says_why_not(name):
    vae = quick_compile(VARIANTS[name](seed=0))
    inputs = examples(vae)
    refusals = [part.needs_equal_weights for part in vae.parts() if part.needs_equal_weights]
    if refusals:
        with pytest.raises(ValueError, match="cannot weigh examples") as error:
            vae.evaluate(inputs, sample_weight=WEIGHTS, verbose=0)
        assert refusals[0] in str(error.value)
        return
    each = [terms_of(vae, inputs, N * row) for row in np.eye(N, dtype="float32")]
    together, unweighted = terms_of(vae, inputs, WEIGHTS), terms_of(vae, inputs)
    for term in [term for term in LINEAR if term in together]:
        values = np.array([terms[term] for terms in each])
        close = {"rtol": 1e-4, "atol": 1e-4, "err_msg": term}
        np.testing.assert_allclose(together[term], np.mean(WEIGHTS * values), **close)
        np.testing.assert_allclose(unweighted[term], np.mean(values), **close)


def quiet(**kwargs):
    keras.utils.set_random_seed(0)
    return quick_compile(without_noise(MODELS["BernoulliVAE"](seed=0)), **kwargs)


@pytest.mark.parametrize("eagerly", [False, True])
def test_training_with_weights_is_training_on_copies(eagerly):
    repeated = np.repeat(X, [2, 0, 1, 1, 3], axis=0)
    counts = np.array([2.0, 0.0, 1.0, 1.0, 3.0])
    trained = []
    for x, weights, rate in ((X, counts, 0.1 * N), (repeated, None, 0.1 * len(repeated))):
        vae = quiet(optimizer=keras.optimizers.SGD(rate / 100), run_eagerly=eagerly)
        vae.fit(x, sample_weight=weights, batch_size=len(x), epochs=3, verbose=0)
        trained.append(vae.get_weights())
    for ours, copies in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, copies, rtol=1e-4, atol=1e-6)


def test_weights_of_one_are_no_weights_and_val_weights_count():
    vae = quiet(optimizer=keras.optimizers.SGD(0.0))
    plain = vae.evaluate(X, verbose=0, return_dict=True)
    ones = vae.evaluate(X, sample_weight=np.ones(N), verbose=0, return_dict=True)
    np.testing.assert_allclose([ones[k] for k in plain], list(plain.values()), rtol=1e-6)
    weighed = vae.evaluate(X, sample_weight=WEIGHTS, verbose=0, return_dict=True)
    data = (X, None, WEIGHTS)
    logs = vae.fit(X, validation_data=data, validation_batch_size=2, verbose=0).history
    for name, value in weighed.items():
        np.testing.assert_allclose(logs[f"val_{name}"][0], value, rtol=1e-5)


def batches():
    for i in range(0, N, 2):
        yield X[i : i + 2], np.zeros(len(X[i : i + 2])), WEIGHTS[i : i + 2]


class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 3

    def __getitem__(self, index):
        return list(batches())[index]


def tf_dataset():
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((X, np.zeros(N), WEIGHTS)).batch(2)


def loader():
    torch = pytest.importorskip("torch")
    tensors = (torch.from_numpy(value) for value in (X, np.zeros(N), WEIGHTS))
    data = torch.utils.data.TensorDataset(*tensors)
    return torch.utils.data.DataLoader(data, batch_size=2)


@pytest.mark.parametrize("make", [batches, Batches, tf_dataset, loader])
def test_batches_bring_their_weights(make):
    vae = quiet(optimizer=keras.optimizers.SGD(0.0))
    expected = vae.evaluate(X, sample_weight=WEIGHTS, batch_size=2, verbose=0, return_dict=True)
    received = vae.evaluate(make(), verbose=0, return_dict=True)
    for name, value in expected.items():
        np.testing.assert_allclose(received[name], value, rtol=1e-5)
    assert vae.encode(make()).shape[0] == N


def test_class_weight_counts_each_class():
    vae = quiet(optimizer=keras.optimizers.SGD(0.0))
    labels = np.array([0, 1, 1, 2, 0])
    weights = np.array([3.0, 0.5, 0.5, 1.0, 3.0])
    expected = vae.evaluate(X, sample_weight=weights, verbose=0, return_dict=True)
    for y in (labels, labels[:, None], np.eye(3)[labels], list(labels)):
        logs = vae.fit(X, y, class_weight={0: 3.0, 1: 0.5}, verbose=0).history
        for name, value in expected.items():
            np.testing.assert_allclose(logs[name][0], value, rtol=1e-5)
    both = vae.fit(X, labels, class_weight={0: 3.0}, sample_weight=WEIGHTS, verbose=0).history
    product = WEIGHTS * np.where(labels == 0, 3.0, 1.0)
    expected = vae.evaluate(X, sample_weight=product, verbose=0, return_dict=True)
    np.testing.assert_allclose(both["loss"][0], expected["loss"], rtol=1e-5)


@pytest.mark.parametrize("y", [0.5 * X, X, np.zeros((N, 2)), np.ones((N, 2, 2))])
def test_class_weight_wants_labels(y):
    vae = quiet(optimizer=keras.optimizers.SGD(0.0))
    with pytest.raises(ValueError, match="class_weight needs labels"):
        vae.fit(X, y, class_weight={0: 2.0}, verbose=0)


def test_a_heavy_class_is_reconstructed_better():
    train = datasets.digits().train
    errors = []
    for weight in (None, {0: 1.0, **dict.fromkeys(range(1, 10), 0.02)}):
        vae = models.BernoulliVAE((8, 8), 2, hidden=(32,), seed=0)
        quick_compile(vae, keras.optimizers.Adam(0.01))
        vae.fit(train.x, train.y, class_weight=weight, epochs=5, verbose=0)
        zeros = train.x[train.y == 0]
        errors.append(np.mean((vae.reconstruct(zeros) - zeros) ** 2))
    assert errors[1] < errors[0]


def test_weights_beside_a_data_set_are_refused():
    vae = quick_compile(models.BernoulliVAE(X.shape[1:], 2, hidden=(4,)))
    for call in (vae.fit, vae.evaluate):
        with pytest.raises(ValueError, match="brings its own weights"):
            call(iter([X, X]), sample_weight=np.ones(len(X)), verbose=0)
