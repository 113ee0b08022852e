"""Conditional models: the condition reaches encoder, decoder and prior, by every way in."""

import keras
import numpy as np
import pytest
from checks import assert_same_history, assert_same_state, quick_compile, to_numpy
from keras import layers
from toys import grey, small_vae

from keras_vae import VAE, models, networks, priors

X, LABELS = grey(20), np.arange(20) % 3
ONE_HOT = np.eye(3, dtype="float32")[LABELS]


@pytest.fixture(scope="module")
def vae():
    return small_vae(condition_shape=(3,))


def test_labels_are_one_hot_rows(vae):
    np.testing.assert_array_equal(vae.encode(X, condition=LABELS), vae.encode(X, condition=ONE_HOT))


def test_the_condition_matters_to_encoder_and_decoder(vae):
    z = vae.encode(X, condition=LABELS)
    assert np.abs(z - vae.encode(X, condition=(LABELS + 1) % 3)).max() > 1e-3
    same_z = np.zeros((3, 2), "float32")
    decoded = vae.decode(same_z, condition=[0, 1, 2])
    assert np.abs(decoded[0] - decoded[1]).max() > 1e-3


def test_a_dict_says_what_the_argument_says(vae):
    both = {"x": X, "condition": LABELS}
    np.testing.assert_array_equal(vae.encode(both), vae.encode(X, condition=LABELS))
    np.testing.assert_array_equal(vae.reconstruct(both), vae.reconstruct(X, condition=LABELS))
    np.testing.assert_array_equal(
        vae.log_likelihood(both, 10, seed=0),
        vae.log_likelihood(X, 10, seed=0, condition=LABELS),
    )


def test_draws_keep_their_rows_condition(vae):
    z = vae.encode(X, num_samples=4, seed=0, condition=LABELS)
    decoded = vae.decode(z, condition=LABELS)
    assert decoded.shape == (4, 20, 6)
    np.testing.assert_allclose(decoded[2], vae.decode(z[2], condition=LABELS), rtol=1e-5)
    path = vae.interpolate(X, X[::-1], steps=3, condition=LABELS)
    ends = vae.reconstruct(X, condition=LABELS)
    np.testing.assert_allclose(path[:, 0], ends, rtol=1e-5)


def test_generate_gives_one_example_for_each_condition(vae):
    made = vae.generate(condition=LABELS, seed=0)
    assert made.shape == (20, 6)
    np.testing.assert_array_equal(made, vae.generate(20, seed=0, condition=ONE_HOT))


def test_both_loops_and_generators_train_alike():
    runs = []
    for fast_loop in (True, False):
        keras.utils.set_random_seed(1)
        vae = small_vae(condition_shape=(3,))
        vae.use_compiled_loop = fast_loop
        options = {"batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
        data = {"x": X, "condition": LABELS}
        runs.append((vae, vae.fit(data, validation_data=(data,), **options).history))
    assert_same_history(runs[0][1], runs[1][1], rtol=1e-4)
    assert_same_state(runs[0][0], runs[1][0], rtol=1e-4)
    batches = (({"x": X[i : i + 5], "condition": ONE_HOT[i : i + 5]},) for i in (0, 5, 10, 15))
    history = runs[0][0].fit(batches, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def functional(join):
    """Encoder and decoder by hand, with inputs in the nest that `join` makes."""
    x, c = keras.Input((6,), name="x"), keras.Input((3,), name="condition")
    h = layers.Concatenate()([x, c])
    encoder = keras.Model(join("x", x, c), [layers.Dense(2)(h), layers.Dense(2)(h)])
    z, c = keras.Input((2,), name="z"), keras.Input((3,), name="condition")
    decoder = keras.Model(join("z", z, c), layers.Dense(6)(layers.Concatenate()([z, c])))
    return encoder, decoder


@pytest.mark.parametrize(
    "join",
    [lambda name, a, c: {name: a, "condition": c}, lambda name, a, c: [a, c]],
    ids=["dict", "list"],
)
def test_own_networks_say_their_condition(join):
    vae = quick_compile(VAE(*functional(join), seed=0))
    assert vae.data_shape == (6,) and vae.condition_shape == (3,)
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    assert vae.generate(condition=LABELS).shape == (20, 6)


def test_a_condition_for_the_decoder_only():
    _, decoder = functional(lambda name, a, c: [a, c])
    encoder = networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    vae = quick_compile(VAE(encoder, decoder, seed=0))
    vae.fit({"x": X, "condition": LABELS}, verbose=0)
    np.testing.assert_array_equal(
        vae.encode(X, condition=LABELS), vae.encode(X, condition=(LABELS + 1) % 3)
    )


def test_conditional_prior_starts_standard_and_learns():
    vae = small_vae(condition_shape=(3,), prior="conditional_normal", optimizer="adam")
    p = vae.prior(condition=LABELS)
    assert tuple(p.mean.shape) == (20, 2) and np.all(to_numpy(p.mean) == 0)
    vae.fit({"x": X, "condition": LABELS}, epochs=2, verbose=0)
    moved = to_numpy(vae.prior(condition=LABELS).mean)
    assert np.abs(moved).max() > 0
    cold = vae.generate(condition=LABELS, temperature=0.0, seed=0)
    np.testing.assert_allclose(cold, vae.decode(moved, condition=LABELS), rtol=1e-5)


NO_CONDITION = "The model is conditional, with condition_shape=(3,)"
BAD = {
    "none": (lambda v: v.encode(X), NO_CONDITION),
    "none in fit": (lambda v: v.fit(X, verbose=0), NO_CONDITION),
    "none in generate": (lambda v: v.generate(3), NO_CONDITION),
    "twice": (lambda v: v.encode({"x": X, "condition": LABELS}, condition=LABELS), "once"),
    "too few": (lambda v: v.encode(X, condition=LABELS[:5]), "5 rows of condition and 20 of x"),
    "label too large": (lambda v: v.encode(X, condition=LABELS + 1), "from 0 to 2"),
    "half a label": (lambda v: v.encode(X, condition=LABELS / 2), "from 0 to 2"),
    "width": (lambda v: v.encode(X, condition=ONE_HOT[:, :2]), "condition must have the shape"),
    "NaN": (lambda v: v.encode(X, condition=ONE_HOT * np.nan), "condition must be finite"),
    "unlike n": (lambda v: v.generate(3, condition=LABELS), "n=3, condition with 20 rows"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_conditions_are_refused(vae, name):
    call, message = BAD[name]
    with pytest.raises(ValueError) as error:
        call(vae)
    assert message in str(error.value)


def test_a_condition_without_a_conditional_model_is_refused():
    with pytest.raises(ValueError, match="The model has no condition"):
        small_vae().encode(X, condition=LABELS)
    with pytest.raises(ValueError, match="needs a conditional model"):
        small_vae(prior=priors.ConditionalNormal())
    with pytest.raises(ValueError, match="one shape of the condition"):
        VAE(*functional(lambda name, a, c: [a, c]), condition_shape=(4,))


def test_semi_supervised_model_takes_what_is_missing():
    vae = quick_compile(models.SemiSupervisedVAE((6,), 3, latent_dim=2, hidden=(4,), seed=0))
    labels = np.where(LABELS == 2, -1, LABELS)
    assert np.isfinite(vae.fit({"x": X, "condition": labels}, verbose=0).history["loss"]).all()
    likeliest = vae.classify(X).argmax(axis=-1)
    completed = np.where(labels == -1, likeliest, labels)
    np.testing.assert_array_equal(
        vae.encode(X, condition=labels), vae.encode(X, condition=completed)
    )
    assert vae.reconstruct(X).shape == X.shape and vae.generate(4, seed=0).shape == (4, 6)
    each = [vae.log_likelihood(X, 50, seed=0, condition=np.full(20, y)) for y in range(3)]
    total = vae.log_likelihood(X, 50, seed=0)
    np.testing.assert_allclose(total, np.logaddexp.reduce(each, axis=0) - np.log(3), rtol=1e-5)
