"""A fitted sampler is saved and loaded with its model, or alone, and is no part of what trains."""

import json
import zipfile

import keras
import numpy as np
import pytest
from checks import shared_out
from toys import grey, small_vae
from zoo_of_samplers import SAMPLERS, quickly_fitted

from keras_vae import samplers

X = grey(20)
every = pytest.mark.parametrize("name", shared_out(SAMPLERS))


@pytest.fixture(scope="module")
def vae():
    return small_vae()


def score(sampler, z):
    several = {"seed": 0} if isinstance(sampler, samplers.TwoStageVAE) else {}
    return sampler.log_prob(z, **several)


@every
def test_model_and_sampler_are_saved_together(name, vae, tmp_path):
    variables = len(vae.variables)
    vae.sampler = quickly_fitted(name, vae, X)
    assert len(vae.variables) == variables and vae.sampler not in vae.layers
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert type(loaded.sampler) is type(vae.sampler)
    np.testing.assert_allclose(loaded.generate(4, seed=1), vae.generate(4, seed=1), rtol=1e-5)
    again = type(vae).from_config(vae.get_config())
    vae.save_weights(tmp_path / "vae.weights.h5")
    again.load_weights(tmp_path / "vae.weights.h5")
    np.testing.assert_allclose(again.generate(4, seed=1), vae.generate(4, seed=1), rtol=1e-5)


@every
def test_sampler_is_saved_alone(name, vae, tmp_path):
    sampler = quickly_fitted(name, vae, X)
    sampler.save(tmp_path / "sampler.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["sampler.keras"]
    loaded = samplers.load(tmp_path / "sampler.keras")
    z = sampler.sample(6, seed=0)
    np.testing.assert_array_equal(loaded.sample(6, seed=0), z)
    np.testing.assert_allclose(score(loaded, z), score(sampler, z), rtol=1e-6)


def test_prior_finds_its_model_again(vae, tmp_path):
    vae.sampler = samplers.Prior()
    vae.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    np.testing.assert_allclose(loaded.generate(4, seed=1), vae.generate(4, seed=1), rtol=1e-5)
    np.testing.assert_array_equal(vae.sampler.sample(3, seed=2), loaded.sampler.sample(3, seed=2))


def test_model_trains_on_with_a_sampler_and_without(vae, tmp_path):
    other = small_vae()
    other.sampler = quickly_fitted("maf", other, X)
    before = other.sampler.prior.get_weights()
    other.fit(X, epochs=1, verbose=0)
    for one, two in zip(before, other.sampler.prior.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)
    other.save_weights(tmp_path / "with.weights.h5")
    plain = small_vae()
    plain.load_weights(tmp_path / "with.weights.h5")
    np.testing.assert_array_equal(plain.encode(X), other.encode(X))
    other.sampler = None
    assert "sampler" not in other.get_config()


def test_a_failed_save_leaves_nothing(vae, tmp_path):
    sampler = quickly_fitted("kde", vae, X)
    sampler.save(tmp_path / "sampler.keras")
    whole = (tmp_path / "sampler.keras").read_bytes()
    sampler.arrays["points"] = object()
    with pytest.raises((TypeError, ValueError)):
        sampler.save(tmp_path / "sampler.keras")
    assert [path.name for path in tmp_path.iterdir()] == ["sampler.keras"]
    assert (tmp_path / "sampler.keras").read_bytes() == whole


def test_files_name_no_other_family(vae, tmp_path):
    sampler = quickly_fitted("aggregate_posterior", vae, X)
    config = sampler.get_config()
    config["fitted"]["family"] = "os.system"
    with pytest.raises(ValueError, match="knows the families .*Received: family='os.system'"):
        type(sampler).from_config(config)
    sampler.save(tmp_path / "s.keras")
    with zipfile.ZipFile(tmp_path / "s.keras") as file:
        names, text = file.namelist(), file.read("config.json")
    assert set(names) == {"metadata.json", "config.json", "model.weights.h5"}
    assert json.loads(text)["registered_name"] == "keras_vae>samplers.AggregatePosterior"


def test_a_file_of_something_else(vae, tmp_path):
    vae.sampler = None
    vae.save(tmp_path / "vae.keras")
    with pytest.raises(ValueError, match="that a sampler's save wrote.*holds BernoulliVAE"):
        samplers.load(tmp_path / "vae.keras")
