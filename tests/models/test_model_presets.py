"""Presets as folders: what is saved is what is loaded."""

import json

import keras
import numpy as np
import pytest
from checks import ROUNDING, bits, quick_compile
from zoo import DATA_SHAPE, VARIANTS

import keras_vae
from keras_vae import VAE, networks, posteriors
from keras_vae.presets.rounding import round_floats

#: own networks, a prior that needs the encoder, state that is no weight
SAVED = ["VAE", "VampVAE", "batch_norm", "likelihood=optimal_normal", "CategoricalVAE"]


@pytest.fixture(scope="module")
def trained():
    vae = quick_compile(VARIANTS["BernoulliVAE"](seed=0))
    vae.fit(bits(16), batch_size=8, verbose=0)
    return vae


@pytest.mark.parametrize("name", SAVED)
def test_loaded_model_has_the_same_weights(name, tmp_path):
    vae = VARIANTS[name](seed=0)
    vae.save_to_preset(tmp_path / "preset")
    again = VAE.from_preset(tmp_path / "preset")
    assert type(again) is type(vae)
    assert [v.path.split("/")[-1] for v in again.weights] == [
        v.path.split("/")[-1] for v in vae.weights
    ]
    for one, other in zip(vae.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(other, one)


def test_preset_of_a_trained_model_is_small_and_can_be_trained(trained, tmp_path):
    trained.save_to_preset(tmp_path / "preset", {"data": "two prototypes"})
    assert sorted(path.name for path in (tmp_path / "preset").iterdir()) == [
        "config.json",
        "metadata.json",
        "model.weights.h5",
    ]
    card = keras_vae.presets.describe(tmp_path / "preset")
    assert (card["data"], card["class_name"]) == ("two prototypes", "keras_vae>models.BernoulliVAE")
    again = type(trained).from_preset(tmp_path / "preset")
    np.testing.assert_allclose(again.encode(bits(4)), trained.encode(bits(4)), rtol=ROUNDING)
    assert not again.compiled
    quick_compile(again).fit(bits(8), batch_size=8, verbose=0)


def test_preset_replaces_an_earlier_one(trained, tmp_path):
    VARIANTS["GaussianVAE"]().save_to_preset(tmp_path / "preset")
    trained.save_to_preset(tmp_path / "preset")
    assert type(VAE.from_preset(tmp_path / "preset")) is type(trained)
    assert [path.name for path in tmp_path.iterdir()] == ["preset"]


def test_load_weights_false_gives_an_untrained_model(trained, tmp_path):
    trained.save_to_preset(tmp_path / "preset")
    again = VAE.from_preset(tmp_path / "preset", load_weights=False)
    assert np.any(again.encode(bits(4)) != trained.encode(bits(4)))


def test_config_names_neither_build_nor_compilation(trained, tmp_path):
    encoder = networks.gated_mlp(DATA_SHAPE, {"mean": (2,), "log_var": (2,)}, hidden=(3,))
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(12, keras.activations.relu)])
    decoder.add(keras.layers.Reshape(DATA_SHAPE))
    vae = VAE(encoder, decoder, posterior=posteriors.Normal((-6.0, 2.0)))
    quick_compile(vae).save_to_preset(tmp_path / "preset")
    text = (tmp_path / "preset/config.json").read_text()
    assert "build_config" not in text and "compile_config" not in text
    again = VAE.from_preset(tmp_path / "preset")
    assert again.posterior_layer.log_var_range == [-6.0, 2.0]
    for one, other in zip(vae.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(other, one)


def test_card_is_plain_json(trained, tmp_path):
    trained.save_to_preset(tmp_path / "preset", {"numbers": [1.5, None, {"a": True}]})
    card = json.loads((tmp_path / "preset/metadata.json").read_text())
    assert card["numbers"] == [1.5, None, {"a": True}]
    assert set(card["versions"]) == {"keras_vae", "keras", "backend"}


def test_rounded_floats_are_the_nearest_with_so_many_bits():
    values = np.array([0.0, 1.0, -1.5, np.pi, 1e-30, 3.3e38, -0.1], "float32")
    assert np.all(round_floats(values, 24) == values)
    rounded = round_floats(values, 8)
    assert np.all(np.abs(rounded - values) <= np.abs(values) * 2.0**-8)
    # The fraction's lower 16 bits are zero, which is what compresses.
    assert np.all(rounded.view("uint32") % 2**16 == 0)
