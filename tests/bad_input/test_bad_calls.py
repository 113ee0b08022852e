"""Methods called at the wrong time, or with arguments that cannot be meant."""

import keras
import numpy as np
import pytest
from toys import grey, small_vae

from keras_vae import layers, models, objectives
from keras_vae.callbacks import CyclicalKLWarmup, LinearKLWarmup, SigmoidKLWarmup

X = grey(8)


@pytest.fixture
def vae():
    return small_vae()


def uncompiled():
    return models.BernoulliVAE((6,), hidden=(4,))


def fit(**kwargs):
    return lambda vae: vae.fit(X, verbose=0, **kwargs)


ones = np.ones(8)
CASES = {
    # compile and fit
    "a loss": (lambda vae: vae.compile("adam", loss="mse"), "brings its own loss", "loss='mse'"),
    "no optimizer": (lambda vae: vae.compile(None), "needs an optimizer", "optimizer=None"),
    "loss weights": (
        lambda vae: vae.compile("adam", loss_weights=[2.0]),
        "objectives weigh their terms",
        "loss_weights=[2.0]",
    ),
    "optimizer": (lambda vae: small_vae(optimizer="adm"), "optimizer identifier", "adm"),
    "fit before compile": (lambda vae: uncompiled().fit(X), "You must call `compile()`", ""),
    "evaluate before compile": (
        lambda vae: uncompiled().evaluate(X),
        "You must call `compile()`",
        "",
    ),
    "weights": (fit(sample_weight=-ones), "must hold numbers >= 0", "from -1 to -1"),
    "few weights": (fit(sample_weight=ones[:3]), "a row for each row of x", "3 rows"),
    "weights twice": (
        lambda vae: vae.fit({"x": X, "sample_weight": ones}, sample_weight=ones),
        "Give the sample_weight once",
        "both",
    ),
    "class weights": (fit(class_weight={0: 2.0}), "class_weight needs arrays", "without labels"),
    "class weights in a list": (fit(class_weight=[1.0]), "must be a dict", "[1.0]"),
    "evaluate's weights": (
        lambda vae: vae.evaluate(X, sample_weight=ones * np.nan),
        "must be finite",
        "sample_weight",
    ),
    "a batch's weights": (
        lambda vae: vae.train_on_batch(X, sample_weight=ones),
        "takes weights as a field",
        "sample_weight",
    ),
    "validation split": (
        fit(validation_split=1.5),
        "0 < validation_split < 1",
        "validation_split=1.5",
    ),
    "validation without data": (
        fit(validation_data=(None, None)),
        "validation_data must be given",
        "None",
    ),
    "binarize": (fit(binarize="static"), 'None or "dynamic"', "binarize='static'"),
    "free bits of an open form": (
        lambda vae: small_vae(
            prior="normal_mixture", objective=objectives.ELBO(free_bits=0.1)
        ).evaluate(X, verbose=0),
        "a KL in closed form for free_bits > 0",
        "KL(Normal || Mixture)",
    ),
    "old HDF5 format": (lambda vae: vae.save("vae.h5"), "ends in .keras", "filepath='vae.h5'"),
    # inference
    "generate none": (lambda vae: vae.generate(0), "`n` must be a positive integer", "n=0"),
    "generate a part": (lambda vae: vae.generate(2.5), "`n` must be a positive integer", "n=2.5"),
    "temperature": (
        lambda vae: vae.generate(3, temperature=-1),
        "`temperature` must be a number >= 0",
        "temperature=-1",
    ),
    "temperature of a prior": (
        lambda vae: vae.prior_layer.sample(3, temperature=-1),
        "`temperature` must be a number >= 0",
        "temperature=-1",
    ),
    "draws of a prior": (
        lambda vae: vae.prior_layer.sample(0),
        "`num_samples` must be a positive integer",
        "num_samples=0",
    ),
    "one step": (lambda vae: vae.interpolate(X, X, steps=1), "steps >= 2", "steps=1"),
    "ends of two lengths": (
        lambda vae: vae.interpolate(X, X[:3]),
        "as many examples in a as in b",
        "8 in a and 3 in b",
    ),
    "no draws": (
        lambda vae: vae.log_likelihood(X, num_samples=0),
        "`num_samples` must be a positive integer",
        "num_samples=0",
    ),
    "latents at once": (
        lambda vae: vae.log_likelihood(X, 10, batch_size=-3),
        "`batch_size` must be a positive integer",
        "batch_size=-3",
    ),
    "no draws of the posterior": (
        lambda vae: vae.encode(X, num_samples=0),
        "`num_samples` must be a positive integer",
        "num_samples=0",
    ),
    "seed": (
        lambda vae: vae.log_likelihood(X, 10, seed="a"),
        "`seed` must be an integer from 0 to 2**31 - 1",
        "seed='a'",
    ),
    "negative seed": (lambda vae: vae.generate(3, seed=-1), "from 0 to 2**31 - 1", "seed=-1"),
    "seed too large": (lambda vae: vae.encode(X, 2, seed=2**40), "from 0 to", f"seed={2**40}"),
    "width of z": (lambda vae: vae.decode(np.zeros((4, 3))), "(n, 2)", "z of shape (4, 3)"),
    "one z": (lambda vae: vae.decode(np.zeros(2)), "(n, 2)", "z of shape (2,)"),
    "z is NaN": (lambda vae: vae.decode(np.full((2, 2), np.nan)), "z must be finite", "z[0]"),
    "no z": (lambda vae: vae.decode(np.zeros((0, 2))), "at least one example", "(0, 2)"),
    "z of the likelihood": (lambda vae: vae.likelihood(np.zeros((4, 3))), "(n, 2)", "(4, 3)"),
    # fit
    "no batch": (fit(batch_size=0), "`batch_size` must be a positive integer", "batch_size=0"),
    "negative batch": (
        fit(batch_size=-1),
        "`batch_size` must be a positive integer",
        "batch_size=-1",
    ),
    "part of a batch": (
        fit(batch_size=2.5),
        "`batch_size` must be a positive integer",
        "batch_size=2.5",
    ),
    "part of an epoch": (fit(epochs=1.5), "epochs", "epochs=1.5"),
    "negative epochs": (fit(epochs=-1), "epochs", "epochs=-1"),
    "epoch before the first": (
        fit(initial_epoch=-1),
        "`initial_epoch` must be an integer >= 0",
        "initial_epoch=-1",
    ),
    "callback by name": (fit(callbacks="early"), "callbacks", "'early'"),
    "a callback's class": (
        fit(callbacks=[keras.callbacks.TerminateOnNaN]),
        "callbacks",
        "TerminateOnNaN",
    ),
    "validation weights": (fit(validation_data=(X, X, -ones)), "sample_weight", "Received"),
    "empty validation": (fit(validation_data=()), "validation_data", "()"),
    "a tuple of data": (lambda vae: vae.fit((X, X), verbose=0), "or a data set", "type tuple"),
    # inference
    "encode's batch": (
        lambda vae: vae.encode(X, batch_size=-1),
        "`batch_size` must be a positive integer",
        "=-1",
    ),
    "width of draws of z": (
        lambda vae: vae.decode(np.zeros((2, 4, 3))),
        "(n, 2)",
        "z of shape (2, 4, 3)",
    ),
    "ends that are nothing": (lambda vae: vae.interpolate(None, None), "an array", "NoneType"),
    # hand-made models
    "one tensor for a posterior": (
        lambda vae: layers.LatentSampling()(keras.Input((2,))),
        "['mean', 'log_var']",
        "1 tensor(s)",
    ),
    "parameters of another shape than the data": (
        lambda vae: layers.DataSampling()([keras.Input((2,)), keras.Input((3,))]),
        "{'logits': (2,)}",
        "(3,)",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused_with_expected_and_received(vae, name):
    call, expected, received = CASES[name]
    with pytest.raises(ValueError) as error:
        call(vae)
    assert expected in str(error.value)
    assert received in str(error.value)


@pytest.mark.parametrize("call", [lambda vae: vae.fit(), lambda vae: vae.evaluate()])
def test_no_data(vae, call):
    with pytest.raises(ValueError, match="x must be given. Received: x=None"):
        call(vae)


def test_unknown_argument_of_fit(vae):
    with pytest.raises(TypeError, match="epoch"):
        vae.fit(X, epoch=3)


@pytest.mark.parametrize("epochs", [0, 2])
def test_no_epochs_are_no_error(epochs):
    # The history of none; with `initial_epoch` at the end as well.
    vae = small_vae()
    before = vae.get_weights()
    history = vae.fit(X, epochs=epochs, initial_epoch=epochs, verbose=0)
    assert history.history == {}
    for weight, kept in zip(vae.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, kept)


@pytest.mark.parametrize("schedule", [LinearKLWarmup, SigmoidKLWarmup, CyclicalKLWarmup])
def test_kl_schedule_on_a_model_without_kl(schedule):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(6)])
    model.compile("adam", "mse")
    with pytest.raises(ValueError, match="a model whose objective has a kl_weight. Received: Seq"):
        model.fit(X, X, callbacks=[schedule(3)], verbose=0)


def test_load_a_file_that_is_no_model(tmp_path):
    path = tmp_path / "vae.keras"
    path.write_text("hello")
    with pytest.raises(ValueError, match=r"accessible `.keras` zip file"):
        keras.saving.load_model(path)


def test_load_weights_of_another_model(tmp_path):
    small_vae(latent_dim=3).save_weights(tmp_path / "vae.weights.h5")
    with pytest.raises(ValueError, match="could not be loaded"):
        small_vae().load_weights(tmp_path / "vae.weights.h5")
