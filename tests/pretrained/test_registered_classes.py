"""What a config keeps: whether a class can be loaded, and what does not train."""

import copy
import inspect
import json
import warnings

import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import VAE, models, priors
from keras_vae.pretrained.bundled import BUNDLED, bundled_names
from keras_vae.pretrained.safe_config import without_state
from keras_vae.serialization import check_loadable, registered_class


def networks():
    encoder = keras_vae.networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(3,))
    return encoder, keras_vae.networks.mlp((2,), {"logits": (6,)}, hidden=(3,))


class Plain(VAE):
    """A subclass whose constructor makes the networks."""

    def __init__(self, gamma=1.0, **kwargs):
        super().__init__(*networks(), **kwargs)
        self.gamma = gamma


@keras.saving.register_keras_serializable("theirs")
class ByKeras(Plain):
    def __init__(self, gamma=1.0, **kwargs):
        super().__init__(gamma, **kwargs)


@keras.saving.register_keras_serializable("theirs")
class WithoutConstructor(VAE):
    pass


@keras.saving.register_keras_serializable("theirs")
class HandsOn(VAE):
    def __init__(self, *networks, **options):
        super().__init__(*networks, **options)


@keras.saving.register_keras_serializable("theirs")
class AddsToTheConfig(VAE):
    def __init__(self, gamma=1.0, **kwargs):
        super().__init__(*networks(), **kwargs)
        self.gamma = gamma

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma}


@keras.saving.register_keras_serializable("theirs")
class OwnPaper(models.BetaVAE):
    def own_parts(self, gamma=2.0):
        return super().own_parts(beta=gamma)


@keras.saving.register_keras_serializable("theirs")
class OwnPrior(priors.StandardNormal):
    def __init__(self, gamma=1.0, **options):
        super().__init__(**options)
        self.gamma = gamma


@keras.saving.register_keras_serializable("theirs")
class OwnObjective(keras_vae.objectives.ELBO):
    def __init__(self, gamma, **kwargs):
        super().__init__(beta=gamma, **kwargs)
        self.gamma = gamma


@keras.saving.register_keras_serializable("theirs")
class OwnConfig(VAE):
    def __init__(self, gamma=1.0, **kwargs):
        super().__init__(*networks(), **kwargs)
        self.gamma = gamma

    def get_config(self):
        return {"gamma": self.gamma}


@keras_vae.register
class Ours(VAE):
    def __init__(self, gamma=1.0, **kwargs):
        super().__init__(*networks(), **kwargs)
        self.gamma = gamma


class UnknownPrior(priors.StandardNormal):
    pass


@pytest.mark.parametrize(
    "make",
    [Plain, lambda: models.BernoulliVAE((6,), hidden=(3,), prior=UnknownPrior())],
)
def test_class_that_no_file_can_give_back_is_told_of(make, tmp_path):
    vae = make()
    with pytest.warns(UserWarning, match="needs the decorator @keras_vae.register"):
        check_loadable(vae)
    vae.save(tmp_path / "m.keras")
    with pytest.raises((TypeError, ValueError)):
        keras.saving.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize(
    "make",
    [
        Ours,
        OwnConfig,
        ByKeras,
        lambda: HandsOn(*networks(), prior="normal_mixture"),
        AddsToTheConfig,
        lambda: WithoutConstructor(*networks()),
        lambda: models.BernoulliVAE((6,), hidden=(3,)),
    ],
)
def test_class_that_can_be_loaded_is_no_warning(make, tmp_path):
    vae = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_loadable(vae)
    vae.save(tmp_path / "m.keras")
    assert type(keras.saving.load_model(tmp_path / "m.keras")) is type(vae)


@pytest.mark.parametrize(
    "make, part",
    [
        (ByKeras, ""),
        (AddsToTheConfig, ""),
        (Ours, ""),
        (
            lambda gamma: models.BernoulliVAE((6,), hidden=(3,), prior=OwnPrior(gamma)),
            "prior_layer",
        ),
        (lambda gamma: VAE(*networks(), objective=OwnObjective(gamma)), "objective"),
    ],
)
def test_arguments_of_a_subclass_come_back(make, part, tmp_path):
    make(gamma=3.0).save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert (getattr(again, part) if part else again).gamma == 3.0


def test_own_parts_of_a_subclass_of_a_paper_come_back(tmp_path):
    OwnPaper((6,), 2, gamma=3.0, hidden=(3,)).save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    assert type(again) is OwnPaper and float(again.objective.kl_weight) == 3.0


def test_a_layer_without_a_constructor_has_keras_own_arguments():
    class Doubles(keras_vae.serialization.Configurable, keras.layers.Layer):
        def call(self, x):
            return 2 * x

    layer = Doubles(name="twice", dtype="float16")
    again = Doubles.from_config(layer.get_config())
    assert (again.name, again.dtype_policy.name) == ("twice", "float16")


def test_no_model_of_the_package_is_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in bundled_names()[:4]:
            check_loadable(VAE.from_preset(name, load_weights=False))


def test_register_knows_its_classes():
    assert registered_class("keras_vae>models.VAE") is VAE
    assert registered_class("keras_vae>Ours") is Ours
    assert registered_class("theirs>ByKeras") is None


# ---- what does not train -----------------------------------------------------------------------


def frozen_layers(vae):
    """Names of what does not train and has weights, without the numbers that count models."""
    layers = [layer for layer in vae._flatten_layers(include_self=False) if layer.weights]
    return [i for i, layer in enumerate(layers) if not layer.trainable]


FREEZE = {
    "encoder": lambda vae: setattr(vae.encoder, "trainable", False),
    "a layer of it": lambda vae: setattr(vae.encoder.layers[-1], "trainable", False),
    "decoder and a layer": lambda vae: (
        setattr(vae.decoder, "trainable", False),
        setattr(vae.encoder.layers[-2], "trainable", False),
    ),
    "prior": lambda vae: setattr(vae.prior_layer, "trainable", False),
    "all": lambda vae: setattr(vae, "trainable", False),
}


def vamp():
    return models.VampVAE((6,), latent_dim=2, hidden=(3,), num_components=2)


@pytest.mark.parametrize("what", FREEZE)
@pytest.mark.parametrize("way", ["keras file", "preset", "config", "copy"])
@pytest.mark.parametrize("make", [vamp, lambda: VAE(*networks(), prior="normal_mixture")])
def test_frozen_parts_stay_frozen(what, way, make, tmp_path):
    vae = make()
    FREEZE[what](vae)
    expected = frozen_layers(vae)
    assert expected or not vae.trainable
    if way == "keras file":
        vae.save(tmp_path / "m.keras")
        again = keras.saving.load_model(tmp_path / "m.keras")
    elif way == "preset":
        vae.save_to_preset(tmp_path / "p")
        again = VAE.from_preset(tmp_path / "p")
    elif way == "config":
        again = type(vae).from_config(json.loads(json.dumps(vae.get_config())))
    else:
        again = copy.deepcopy(vae)
    assert frozen_layers(again) == expected
    shapes = [[tuple(w.shape) for w in v.trainable_variables] for v in (vae, again)]
    assert shapes[0] == shapes[1]


def test_part_that_was_frozen_and_is_not_any_more():
    prior = priors.NormalMixture(num_components=2, trainable=False)
    assert prior.get_config()["trainable"] is False
    assert not type(prior).from_config(prior.get_config()).trainable
    prior.trainable = True
    assert "trainable" not in prior.get_config()


@pytest.mark.parametrize("name", bundled_names())
def test_configs_of_presets_are_as_they_were(name):
    saved = json.loads((BUNDLED / name / "config.json").read_text())
    if "Functional" in str(saved):
        pytest.skip("its networks' configs are Keras' own")
    vae = VAE.from_preset(name, load_weights=False)
    new = json.loads(json.dumps(without_state(vae.get_config())))
    kept = set(saved["config"]) & set(new)
    assert {key: new[key] for key in kept} == {key: saved["config"][key] for key in kept}
    # Arguments that came later have their defaults.
    later = set(new) - set(saved["config"]) - {"name", "dtype", "network"}
    defaults = {name: p.default for name, p in inspect.signature(type(vae)).parameters.items()}
    assert {key: new[key] for key in later} == {key: defaults[key] for key in later}
    # What is not there any more are options of the networks, which `network` has.
    options = new["network"]["config"]["base"]["config"] if "network" in new else {}
    gone = set(saved["config"]) - kept
    assert {key: options[key] for key in gone} == {key: saved["config"][key] for key in gone}


def test_frozen_run_goes_on_frozen(tmp_path):
    x = np.random.default_rng(0).integers(0, 2, (16, 6)).astype("float32")
    vae = models.BernoulliVAE((6,), hidden=(3,), seed=0)
    vae.encoder.trainable = False
    vae.compile("adam")
    vae.fit(x, verbose=0)
    vae.save(tmp_path / "m.keras")
    again = keras.saving.load_model(tmp_path / "m.keras")
    before = again.encoder.get_weights()
    again.fit(x, verbose=0)
    for one, other in zip(before, again.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_a_constructor_freezes_is_no_part_of_the_config():
    vae = models.FSQVAE((8, 8), levels=(3, 3), filters=(2,), blocks=0)
    assert not vae.prior_layer.trainable and "frozen" not in vae.get_config()


def test_unknown_place_is_refused():
    config = {**models.BernoulliVAE((6,), hidden=(3,)).get_config(), "frozen": ["nowhere"]}
    with pytest.raises(ValueError, match="frozen.*Received: 'nowhere'"):
        models.BernoulliVAE.from_config(config)
