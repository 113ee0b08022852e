"""Presets that would bring foreign code to life, or unpack to more than they may."""

import json
import tarfile
import time
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import VAE, models, pretrained
from keras_vae.pretrained import PresetError

RAN = []


@keras.saving.register_keras_serializable("foreign")
class Marker(keras.layers.Layer):
    """A class outside the list, which says when it is made."""

    def __init__(self, **kwargs):
        RAN.append("made")
        super().__init__(**kwargs)

    def __call__(self, *args, **kwargs):
        RAN.append("called")
        return args[0]


@keras.saving.register_keras_serializable("foreign")
def marker_function(x, *args, **kwargs):
    RAN.append("called")
    return x


# As this package would call it, without its `register`.
keras.saving.register_keras_serializable("keras_vae", "models.Marker")(
    type("Marker", (Marker,), {"__module__": "keras_vae.models"})
)

OURS = "keras_vae>models.VAE"


def copied(source, folder):
    folder.mkdir()
    for path in source.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def reseal(folder):
    card = json.loads((folder / "metadata.json").read_text())
    names = ("config.json", "model.weights.h5")
    card["sha256"] = {name: pretrained.folder._sha256(folder / name) for name in names}
    (folder / "metadata.json").write_text(json.dumps(card))


def change_config(folder, change):
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / "config.json").write_text(json.dumps(config))
    reseal(folder)


def own_networks():
    encoder = keras_vae.networks.mlp((6,), {"mean": (2,), "log_var": (2,)}, hidden=(3,))
    layers = [keras.Input((2,)), keras.layers.Identity(), keras.layers.Dense(6)]
    return VAE(encoder, keras.Sequential(layers))


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "original"
    own_networks().save_to_preset(folder)
    return folder


@pytest.fixture
def preset(original, tmp_path):
    RAN.clear()
    return copied(original, tmp_path / "preset")


LAYERS = {
    "legacy form": {
        "class_name": "RandomContrast",
        "registered_name": OURS,
        "config": {"factor": 0.1},
    },
    "legacy form of ours": {"class_name": "VAE", "registered_name": OURS, "config": {}},
    "foreign class by its name": {"class_name": "foreign>Marker", "config": {}},
    "foreign class under our name": {
        "module": "keras_vae.models.vae",
        "class_name": "foreign>Marker",
        "registered_name": OURS,
        "config": {},
    },
    "class of Keras under our name": {
        "module": "keras.layers",
        "class_name": "RandomRotation",
        "registered_name": OURS,
        "config": {"factor": 0.1},
    },
    "our prefix without register": {
        "module": "keras_vae.models",
        "class_name": "Marker",
        "registered_name": "keras_vae>models.Marker",
        "config": {},
    },
    "lambda layer": {
        "module": "keras.layers",
        "class_name": "Lambda",
        "registered_name": OURS,
        "config": {"function": {"class_name": "__lambda__", "config": {"value": "gASV"}}},
    },
    "lambda function": {
        "module": "keras_vae.models.vae",
        "class_name": "__lambda__",
        "registered_name": OURS,
        "config": {"value": "gASV"},
    },
    "foreign function": {
        "module": "builtins",
        "class_name": "function",
        "config": "foreign>marker_function",
        "registered_name": OURS,
    },
    "a file's lines": {
        "module": "keras.layers",
        "class_name": "StringLookup",
        "registered_name": OURS,
        "config": {"vocabulary": "/etc/passwd"},
    },
    "list for a module": {"module": [], "class_name": "Dense", "config": {"units": 2}},
    "tensor": {"class_name": "__tensor__", "config": {"value": [1.0], "dtype": "float32"}},
    "no config": {"module": "keras.layers", "class_name": "Identity"},
    "text for a config": {"module": "keras.layers", "class_name": "Identity", "config": "x"},
    "more keys": {
        "module": "keras.layers",
        "class_name": "Identity",
        "config": {},
        "shared_object_id": 1,
    },
}


@pytest.mark.parametrize("name", LAYERS)
@pytest.mark.parametrize("place", ["layer", "activation", "kernel_initializer", "argument"])
@pytest.mark.parametrize("unsafe", [False, True])
def test_foreign_code_does_not_run(preset, name, place, unsafe):
    def change(config):
        layers = config["config"]["decoder"]["config"]["layers"]
        if place == "layer":
            layers[1] = LAYERS[name]
        elif place == "argument":
            config["config"]["prior"] = LAYERS[name]
        else:
            layers[2]["config"][place] = LAYERS[name]

    change_config(preset, change)
    with pytest.MonkeyPatch.context() as patch:
        if unsafe:
            patch.setattr("keras.src.saving.serialization_lib.in_safe_mode", lambda: False)
        with pytest.raises(PresetError, match="A preset"):
            VAE.from_preset(preset)
    assert RAN == []


@pytest.mark.parametrize("key", ["kernel_initializer", "activation", "kernel_regularizer", "name"])
@pytest.mark.parametrize("text", ["foreign>Marker", "foreign>marker_function", OURS])
def test_text_that_names_what_is_registered(preset, key, text):
    def change(config):
        config["config"]["decoder"]["config"]["layers"][2]["config"][key] = text

    change_config(preset, change)
    with pytest.raises(PresetError, match="name of a registered object"):
        VAE.from_preset(preset)
    assert RAN == []


def test_own_name_for_a_class_of_keras(preset):
    with keras.saving.custom_object_scope({"Dense": Marker, "relu": marker_function}):
        with pytest.raises(PresetError):
            VAE.from_preset(preset)
    assert RAN == []
    VAE.from_preset(preset)


def test_safe_mode_whatever_the_switch(preset, monkeypatch):
    seen = []
    switch = keras.src.saving.serialization_lib
    before = switch.in_safe_mode()
    real = keras.saving.deserialize_keras_object

    def watched(*args, **kwargs):
        seen.append(switch.in_safe_mode())
        return real(*args, **kwargs)

    monkeypatch.setattr(keras.saving, "deserialize_keras_object", watched)
    keras.config.enable_unsafe_deserialization()
    try:
        VAE.from_preset(preset)
        assert switch.in_safe_mode() is False  # the user's, afterwards
    finally:
        switch.SafeModeScope(before).__enter__()
    assert seen and all(seen)


# ---- users' own classes ----------------------------------------------------------------------


@keras_vae.register
class OwnLayer(keras_vae.serialization.Configurable, keras.layers.Layer):
    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size
        # No constructor of this package does this, which needs a value at once.
        self.scale = keras.Variable(np.ones(size, "float32"))
        self.built = True

    def call(self, x):
        return x * self.scale


@keras_vae.register
class OwnVAE(VAE):
    def __init__(self, size=6, gamma=1.0, **kwargs):
        encoder = keras_vae.networks.mlp((size,), {"mean": (2,), "log_var": (2,)}, hidden=(3,))
        inputs = keras.Input((2,))
        outputs = OwnLayer(size)(keras.layers.Dense(size)(inputs))
        super().__init__(encoder, keras.Model(inputs, outputs), **kwargs)
        self.gamma = gamma


@pytest.mark.parametrize("module", [None, "__main__", "their_script.models"])
def test_users_classes_are_loaded(tmp_path, module):
    vae = OwnVAE(gamma=3.0, seed=0)
    vae.save_to_preset(tmp_path / "own")
    if module is not None:  # saved in a notebook, loaded in a script
        change_config(tmp_path / "own", lambda config: config.update(module=module))
    again = VAE.from_preset(tmp_path / "own")
    assert type(again) is OwnVAE and again.gamma == 3.0
    x = np.ones((2, 6), "float32")
    np.testing.assert_array_equal(again.encode(x), vae.encode(x))
    np.testing.assert_array_equal(again.reconstruct(x), vae.reconstruct(x))


@pytest.mark.parametrize("module", ["keras.layers", "keras_vae.models.vae", "builtins", None, 3])
def test_users_classes_are_none_of_keras(tmp_path, module):
    OwnVAE(seed=0).save_to_preset(tmp_path / "own")
    change_config(tmp_path / "own", lambda config: config.update(module=module))
    with pytest.raises(PresetError, match="belong together"):
        VAE.from_preset(tmp_path / "own")


@pytest.mark.parametrize("dtype", ["bfloat16", "mixed_float16"])
def test_other_precisions_are_loaded(tmp_path, dtype):
    vae = models.BernoulliVAE((6,), hidden=(3,), dtype=dtype, seed=0)
    vae.save_to_preset(tmp_path / "p")
    again = VAE.from_preset(tmp_path / "p")
    for one, other in zip(vae.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(np.asarray(other, "float32"), np.asarray(one, "float32"))


# ---- bombs -----------------------------------------------------------------------------------


def refused_at_once(folder, *words, seconds=5.0, **kwargs):
    begin = time.monotonic()
    with pytest.raises(PresetError) as caught:
        VAE.from_preset(folder, **kwargs)
    assert time.monotonic() - begin < seconds
    assert all(word in str(caught.value) for word in words), caught.value


@pytest.mark.parametrize("load_weights", [True, False])
@pytest.mark.parametrize("units", [2 * 10**8, 10**15])
def test_layer_of_many_units(preset, units, load_weights):
    def change(config):
        config["config"]["decoder"]["config"]["layers"][2]["config"]["units"] = units

    change_config(preset, change)
    refused_at_once(preset, load_weights=load_weights)


def test_model_of_many_units(tmp_path):
    models.BernoulliVAE((6,), hidden=(3,)).save_to_preset(tmp_path / "p")
    change_config(tmp_path / "p", lambda config: config["config"].update(hidden=[10**8, 10**8]))
    refused_at_once(tmp_path / "p", "as large as its weights")


def test_model_that_takes_forever(tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained.limits, "MAX_SECONDS", 0.01)
    models.BernoulliVAE((6,), hidden=(3,)).save_to_preset(tmp_path / "p")
    change_config(tmp_path / "p", lambda config: config["config"].update(hidden=[1] * 100))
    refused_at_once(tmp_path / "p", "seconds", seconds=30.0)


@pytest.mark.parametrize("depth", [900, 10**5])
def test_deep_config(preset, depth):
    text = (preset / "config.json").read_text()
    deep = '{"a":' * depth + "1" + "}" * depth
    (preset / "config.json").write_text(text.replace('"config": {', f'"config": {{"x": {deep},', 1))
    reseal(preset)
    refused_at_once(preset)


def test_large_json(preset, monkeypatch):
    monkeypatch.setattr(pretrained.folder, "MAX_JSON_BYTES", 100)
    refused_at_once(preset, "at most 100 bytes")


def spoiled_weights(preset, change):
    with h5py.File(preset / "model.weights.h5", "a") as file:
        change(file)
    reseal(preset)


def cycle(file):
    file["again"] = file["/"]


def deep_groups(file):
    group = file
    for _ in range(200):
        group = group.create_group("g")


def twice(file):
    file["one"] = np.zeros(3)
    file["other"] = file["one"]


BAD_WEIGHTS = {
    "many numbers": lambda file: file.create_dataset("x", (6, 10**8), "f4", compression="gzip"),
    "no bytes at all": lambda file: file.create_dataset("x", (6, 10**12), "f4", chunks=(1, 1000)),
    "chunk": lambda file: file.create_dataset(
        "x", (1,), "f4", chunks=(6 * 10**8,), maxshape=(None,), compression="gzip"
    ),
    "filter": lambda file: file.create_dataset("x", (100,), "f4", compression="lzf"),
    "text": lambda file: file.create_dataset("x", data="text"),
    "cycle": cycle,
    "deep": deep_groups,
    "twice": twice,
}


@pytest.mark.parametrize("kind", BAD_WEIGHTS)
def test_weights_that_declare_too_much(preset, kind):
    spoiled_weights(preset, BAD_WEIGHTS[kind])
    refused_at_once(preset, "model.weights.h5 must")


def archived(preset, tmp_path, kind, extra=(), compressed=True):
    target = tmp_path / f"archive.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in preset.iterdir():
                archive.write(path, path.name)
            for name, data in extra:
                archive.writestr(name, data)
        return target
    with tarfile.open(target, "w:gz") as archive:
        for path in (*preset.iterdir(), *(_file(tmp_path, *item) for item in extra)):
            archive.add(path, path.name)
    return target


def _file(tmp_path, name, data):
    path = tmp_path / "extra" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archive_that_is_a_bomb(preset, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(pretrained.limits, "FREE_BYTES", 2**16)
    target = archived(preset, tmp_path, kind, [("other", bytes(2**22))])
    (tmp_path / "out").mkdir()
    with pytest.raises(PresetError, match="when unpacked"):
        pretrained.archives.extract_preset(target, tmp_path / "out")


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archive_of_many_files(preset, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(pretrained.archives, "MAX_FILES", 4)
    target = archived(preset, tmp_path, kind, [("one", b""), ("two", b"")])
    (tmp_path / "out").mkdir()
    with pytest.raises(PresetError, match="at most 4 files"):
        pretrained.archives.extract_preset(target, tmp_path / "out")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_file_twice_under_one_name(preset, tmp_path, kind):
    target = archived(preset, tmp_path, kind, [("config.json", b"{}")])
    (tmp_path / "out").mkdir()
    with pytest.raises(PresetError, match="needs one config.json"):
        pretrained.archives.extract_preset(target, tmp_path / "out")


def test_damaged_copy_in_the_cache_is_fetched_again(preset, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    target = archived(preset, tmp_path, "zip").rename(tmp_path / "preset.zip")
    sha256 = pretrained.folder._sha256(target)
    folder = pretrained.sources.fetch_archive(target.as_uri(), sha256)
    (folder / "config.json").write_text("{")
    assert pretrained.sources.fetch_archive(target.as_uri(), sha256) == folder
    VAE.from_preset(folder)
    assert [path.name for path in Path(folder).parent.iterdir()] == [sha256]
