"""Files: read by another backend, with no `custom_objects`, and by name alone."""

import importlib
import importlib.util
import json
import pkgutil

import keras
import load_elsewhere
import numpy as np
import pytest
from checks import BACKEND, bits, quick_compile, run_script
from golden_weights import GOLDEN, layout
from zoo import VARIANTS
from zoo_of_samplers import SAMPLERS, quickly_fitted

import keras_vae
from keras_vae import VAE, likelihoods, networks
from keras_vae.serialization import Configurable, register

SAVED = ["BernoulliVAE", "prior=normal_mixture", "likelihood=optimal_normal", "batch_norm"]
#: in a ring: what each backend writes one other reads, and each reads what one other has written
READER = {"tensorflow": "jax", "jax": "torch", "torch": "tensorflow"}[BACKEND]


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder of trained models, and their outputs here."""
    folder = tmp_path_factory.mktemp("saved")
    x = bits(16)
    np.save(folder / "x.npy", x)
    expected, models = {}, {}
    for name in SAVED:
        models[name] = vae = VARIANTS[name](seed=0)
        quick_compile(vae, keras.optimizers.Adam(0.01), jit_compile="auto")
        vae.fit(x, batch_size=16, verbose=0)
        if name == "BernoulliVAE":
            vae.sampler = quickly_fitted("real_nvp", vae, x)
        vae.save(folder / f"{name}.keras")
        vae.save_weights(folder / f"{name}.weights.h5")
        for output, values in load_elsewhere.outputs(vae, x).items():
            for kind in ("keras", "weights")[: 1 if output == "sampler" else 2]:
                expected[f"{name} {kind} {output}"] = values
    vae = models["BernoulliVAE"]
    (folder / "samplers").mkdir()
    for name in SAMPLERS:
        sampler = quickly_fitted(name, vae, x)
        sampler.save(folder / "samplers" / f"{name}.keras")
        expected[f"sampler {name}"] = load_elsewhere.score(sampler)
    return folder, expected


@pytest.mark.skipif(not importlib.util.find_spec(READER), reason=f"needs {READER}")
def test_files_are_read_by_another_backend(saved):
    folder, expected = saved
    loading = run_script(load_elsewhere.__file__, folder, backend=READER)
    assert loading.returncode == 0, loading.stderr
    got = dict(np.load(folder / f"{READER}.npz"))
    assert got.pop("iterations") == 2
    assert got.pop("jit_compile") == (READER == "jax")
    assert set(got) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=1e-5, atol=1e-5, err_msg=name)


# ---- names in files --------------------------------------------------------------------------


def registered_classes():
    """All classes of the package that can stand in a file."""
    for module in pkgutil.walk_packages(keras_vae.__path__, "keras_vae."):
        if module.name.startswith(("keras_vae.plots", "keras_vae.backend")):
            continue
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as error:  # a loop of a backend that is not installed
            assert error.name in ("tensorflow", "jax", "torch")
    found, waiting = set(), [Configurable]
    while waiting:
        for cls in waiting.pop().__subclasses__():
            waiting.append(cls)
            if cls.__module__.startswith("keras_vae.") and "__init__" in vars(cls):
                found.add(cls)
    return found


def test_no_two_classes_share_a_name_in_files():
    names = {}
    for cls in registered_classes():
        name = keras.saving.get_registered_name(cls)
        if keras.saving.get_registered_object(name) is not None:
            assert name.startswith("keras_vae>")
            names.setdefault(name, []).append(cls)
            assert keras.saving.get_registered_object(name) is cls
    assert all(len(classes) == 1 for classes in names.values())
    assert {"keras_vae>posteriors.Normal", "keras_vae>likelihoods.Normal"} <= set(names)


def test_a_taken_name_is_refused():
    def define():
        @register
        class Mine(likelihoods.Likelihood):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)

        return Mine

    define()
    define()  # the same class again, as when a notebook's cell runs twice
    other = type("Mine", (likelihoods.Likelihood,), {"__init__": lambda self: None})
    with pytest.raises(ValueError, match="name of its own.*Received: .*Mine"):
        register(other)


# ---- what a file holds -----------------------------------------------------------------------


def test_config_has_the_arguments_of_the_outermost_constructor():
    vae = keras_vae.models.BetaVAE((4, 3), latent_dim=3, beta=2.0, hidden=(5,), seed=1, name="b")
    config = vae.get_config()
    expected = {"data_shape": (4, 3), "latent_dim": 3, "beta": 2.0, "seed": 1}
    assert {name: config[name] for name in expected} == expected
    assert config["name"] == "b" and "encoder" not in config
    # Options of the network are in the network.
    assert vae.network.options["hidden"] == (5,) and "hidden" not in config


def test_clone_by_config_is_another_model_of_the_same_kind():
    vae = VARIANTS["prior=normal_mixture"](seed=0)
    clone = type(vae).from_config(vae.get_config())
    shapes = [[v.shape for v in model.weights] for model in (vae, clone)]
    assert shapes[0] == shapes[1]
    assert clone.prior_layer is not vae.prior_layer and clone.encoder is not vae.encoder


def test_a_part_shared_by_two_models_is_one_part(tmp_path):
    likelihood = likelihoods.SharedNormal()
    encoder = networks.mlp((4, 3), {"mean": (2,), "log_var": (2,)}, hidden=(4,))
    decoder = networks.mlp((2,), {"mean": (4, 3)}, hidden=(4,))
    one, other = (VAE(encoder, decoder, likelihood=likelihood) for _ in range(2))
    likelihood.log_scale.assign(-1.0)
    other.save(tmp_path / "vae.keras")
    loaded = keras.saving.load_model(tmp_path / "vae.keras")
    assert float(loaded.likelihood_layer.log_scale) == -1.0
    np.testing.assert_array_equal(one.encode(bits(3)), loaded.encode(bits(3)))


def test_weights_load_into_a_model_that_has_been_asked(tmp_path):
    """A model keeps the programs of its answers, and they are no part of its weights."""
    path, x = tmp_path / "vae.weights.h5", bits(4)
    made, asked = (quick_compile(VARIANTS["BernoulliVAE"](seed=seed)) for seed in (0, 1))
    made.encode(x)
    made.save_weights(path)
    assert layout(made, tmp_path) == json.loads(GOLDEN.read_text())["BernoulliVAE"]
    asked.encode(x)
    asked.load_weights(path)
    np.testing.assert_array_equal(asked.encode(x), made.encode(x))


def test_weights_of_another_model_are_refused(tmp_path):
    keras_vae.models.BernoulliVAE((4, 3), hidden=(8,)).save_weights(tmp_path / "a.weights.h5")
    with pytest.raises(ValueError, match="hape|expected"):
        keras_vae.models.BernoulliVAE((4, 3), hidden=(9,)).load_weights(tmp_path / "a.weights.h5")
