"""Any Keras model serves as encoder or decoder: functional, sequential, subclassed, by names."""

import keras
import numpy as np
import pytest
from by_hand import assert_terms, expected_terms
from checks import assert_same_history, bits, quick_compile, shared_out, state
from keras import layers

from keras_vae import VAE, likelihoods

X = bits(16)
FIT = {"batch_size": 8, "verbose": 0}


@keras.saving.register_keras_serializable("tests")
class OwnEncoder(keras.Model):
    """Subclassed, without an input shape, its layers built on the first call."""

    def __init__(self, latent_dim=2, **kwargs):
        super().__init__(**kwargs)
        self.latent_dim = latent_dim
        self.flatten = layers.Flatten()
        self.hidden = layers.Dense(8, activation="relu")
        self.dropout = layers.Dropout(0.1)
        self.heads = [layers.Dense(latent_dim), layers.Dense(latent_dim)]

    def call(self, x, training=False):
        h = self.dropout(self.hidden(self.flatten(x)), training=training)
        return [head(h) for head in self.heads]

    def get_config(self):
        return {**super().get_config(), "latent_dim": self.latent_dim}


@keras.saving.register_keras_serializable("tests")
class OwnDecoder(keras.Model):
    """Subclassed, without an input shape."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hidden = layers.Dense(8, activation="relu")
        self.out = layers.Dense(12)
        self.shape = layers.Reshape((4, 3))

    def call(self, z):
        return self.shape(self.out(self.hidden(z)))


def functional_encoder(by_name=False, swapped=False, **head):
    x = keras.Input((4, 3))
    h = layers.Dense(8, activation="relu")(layers.Flatten()(x))
    mean = layers.Dense(2, name="mean", **head)(h)
    log_var = layers.Dense(2, name="log_var")(h)
    if by_name:
        names = (
            {"log_var": log_var, "mean": mean} if swapped else {"mean": mean, "log_var": log_var}
        )
        return keras.Model(x, names)
    return keras.Model(x, [mean, log_var])


def sequential_decoder(activation=None):
    return keras.Sequential(
        [
            keras.Input((2,)),
            layers.Dense(8, activation="relu"),
            layers.Dense(12, activation=activation),
            layers.Reshape((4, 3)),
        ]
    )


def dict_decoder():
    z = keras.Input((2,))
    return keras.Model(z, {"logits": layers.Reshape((4, 3))(layers.Dense(12)(z))})


PAIRS = {
    "functional and sequential": lambda: VAE(functional_encoder(), sequential_decoder()),
    "subclassed": lambda: VAE(OwnEncoder(), OwnDecoder(), data_shape=(4, 3)),
    "outputs by name": lambda: VAE(functional_encoder(by_name=True), dict_decoder()),
    "sigmoid": lambda: VAE(
        functional_encoder(),
        sequential_decoder("sigmoid"),
        likelihood=likelihoods.Bernoulli(from_logits=False),
    ),
}


@pytest.mark.parametrize("name", shared_out(PAIRS))
def test_own_networks_train_and_save(name, tmp_path):
    vae = quick_compile(PAIRS[name]())
    assert vae.built and vae.data_shape == (4, 3) and vae.latent_shape == (2,)
    before = vae.get_weights()
    history = vae.fit(X, epochs=2, **FIT).history
    assert sorted(history) == ["elbo", "kl", "loss", "reconstruction"]
    assert np.isfinite([*history.values()]).all()
    changed = [np.any(old != new) for old, new in zip(before, vae.get_weights(), strict=True)]
    assert sum(changed) == len(vae.trainable_variables)
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.reconstruct(X), vae.reconstruct(X), rtol=1e-6)
    assert vae.generate(3).shape == (3, 4, 3)


def test_names_and_not_their_order_count():
    keras.utils.set_random_seed(0)
    by_order = VAE(functional_encoder(), sequential_decoder())
    for swapped in (False, True):
        keras.utils.set_random_seed(0)
        by_name = VAE(functional_encoder(by_name=True, swapped=swapped), sequential_decoder())
        np.testing.assert_allclose(by_name.encode(X), by_order.encode(X), rtol=1e-6)


def test_a_sigmoid_decoder_is_the_decoder_of_its_logits():
    decoder = sequential_decoder("sigmoid")
    logits = sequential_decoder()
    logits.set_weights(decoder.get_weights())
    encoder = functional_encoder(kernel_initializer="ones")
    encoder.get_layer("log_var").set_weights([np.zeros((8, 2)), np.full(2, -25.0)])
    of_probs = VAE(encoder, decoder, likelihood=likelihoods.Bernoulli(from_logits=False))
    of_logits = VAE(encoder, logits)
    np.testing.assert_allclose(of_probs.reconstruct(X), of_logits.reconstruct(X), rtol=1e-5)
    logs = quick_compile(of_probs).evaluate(X, verbose=0, return_dict=True)
    assert_terms(logs, expected_terms(of_logits, X))


# ---- losses of their own -----------------------------------------------------------------------


def test_regularizers_add_to_the_loss_and_not_to_the_terms():
    weight, activity = 0.1, 0.2
    encoder = functional_encoder(
        kernel_regularizer=keras.regularizers.L2(weight),
        activity_regularizer=keras.regularizers.L2(activity),
    )
    encoder.get_layer("log_var").set_weights([np.zeros((8, 2)), np.full(2, -25.0)])
    vae = quick_compile(VAE(encoder, sequential_decoder()), keras.optimizers.SGD(0.0))
    kernel = encoder.get_layer("mean").kernel
    # Keras takes an activity regularizer's mean over the batch; older ones (3.10) took its sum.
    activity_of_one = keras.layers.Dense(
        1, "linear", False, "ones", activity_regularizer=keras.regularizers.L2(1.0)
    )
    activity_of_one(np.ones((16, 1)))
    share = float(activity_of_one.losses[0]) / 16
    penalty = weight * np.sum(np.square(kernel)) + activity * share * np.sum(vae.encode(X) ** 2)
    trained = {
        name: values[0] for name, values in vae.fit(X, batch_size=16, verbose=0).history.items()
    }
    evaluated = vae.evaluate(X, batch_size=16, verbose=0, return_dict=True)
    for logs in (trained, evaluated):
        assert_terms(logs, expected_terms(vae, X))
        elbo = logs["reconstruction"] + logs["kl"]
        np.testing.assert_allclose(logs["loss"], elbo + penalty, rtol=1e-5)


# ---- what acts in training only ----------------------------------------------------------------


def test_dropout_and_batch_norm_act_in_fit_and_not_elsewhere():
    x = keras.Input((4, 3))
    h = layers.BatchNormalization()(layers.Flatten()(x))
    h = layers.Dropout(0.5)(layers.Dense(8, activation="relu")(h))
    log_var = layers.Dense(2, kernel_initializer="zeros", bias_initializer=constant(-25.0))(h)
    encoder = keras.Model(x, [layers.Dense(2)(h), log_var])
    vae = quick_compile(VAE(encoder, sequential_decoder()), keras.optimizers.SGD(0.0))
    before = state(vae)
    evaluated = [vae.evaluate(X, verbose=0, return_dict=True) for _ in range(2)]
    assert_same_history(*[{name: [value] for name, value in logs.items()} for logs in evaluated])
    history = vae.fit(X, epochs=2, **FIT).history
    # With learning rate 0 and no noise in z, only dropout can make two epochs differ.
    assert abs(history["kl"][0] - history["kl"][1]) > 1e-3
    moved = {name for name, value in state(vae).items() if np.any(value != before[name])}
    assert {name.split("/")[-1].split("#")[0] for name in moved} == {
        "moving_mean",
        "moving_variance",
    }


def constant(value):
    return keras.initializers.Constant(value)


def test_frozen_encoder_stays():
    encoder = functional_encoder()
    encoder.trainable = False
    vae = quick_compile(VAE(encoder, sequential_decoder()))
    before = encoder.get_weights()
    vae.fit(X, **FIT)
    for old, new in zip(before, encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_compiled_metrics_compare_data_with_reconstructions():
    vae = quick_compile(PAIRS["functional and sequential"](), metrics=["mse"])
    history = vae.fit(X, validation_data=X, **FIT).history
    assert {"mse", "val_mse"} <= set(history)
    assert 0 < history["mse"][0] < 1
