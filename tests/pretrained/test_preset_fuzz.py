"""Presets spoiled at random: each loads as it was, or is refused by the one kind of error."""

import copy
import json
import random
import tarfile
import zipfile

import keras
import numpy as np
import pytest
from test_unsafe_presets import OURS, RAN, copied, own_networks, reseal

from keras_vae import VAE, pretrained
from keras_vae.pretrained import PresetError

CONFIGS, FILES, ARCHIVES = 150, 100, 150
X = np.random.default_rng(0).random((3, 6)).astype("float32")

WORDS = [
    "foreign>Marker", "foreign>marker_function", "Marker", "marker_function", "Lambda", "function",
    "__lambda__", "__tensor__", "__numpy__", "__keras_tensor__", "__typespec__", "Dense", "VAE",
    OURS, "keras_vae>Marker", "keras.layers", "keras", "keras.src.models.functional", "builtins",
    "os", "subprocess", "", "relu", "Sequential", "Functional", "\x00", "ü" * 300,
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 1, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"), 0.5, [],
    {}, [[]], [None], {"class_name": None}, {"config": 1}, "x", [1] * 50,
    {"class_name": "foreign>Marker", "config": {}},
    {"module": "keras.layers", "class_name": "Lambda", "config": {}, "registered_name": OURS},
]  # fmt: skip
KEYS = ["class_name", "module", "registered_name", "config", "build_config", "name", "layers", "x"]


def places(value):
    """All (container, key) of a config."""
    items = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = [(value, key) for key, _ in items]
    return found + [place for _, item in items for place in places(item)]


def mutate(config, rng):
    container, key = rng.choice(places(config))
    kind = rng.randrange(7)
    if kind == 0:
        container[key] = rng.choice(WORDS)
    elif kind == 1:
        container[key] = copy.deepcopy(rng.choice(VALUES))
    elif kind == 2:
        del container[key]
    elif kind == 3:
        other, at = rng.choice(places(config))
        container[key] = copy.deepcopy(other[at])
    elif kind == 4 and isinstance(container, dict):
        container[rng.choice(KEYS)] = copy.deepcopy(rng.choice([*WORDS, *VALUES]))
    elif kind == 5:
        container[key] = {"config": container[key]} if rng.random() < 0.5 else [container[key]]
    elif isinstance(container[key], (int, float)):
        container[key] = container[key] * 10 ** rng.randrange(1, 12)
    else:
        container[key] = rng.choice(VALUES)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fuzz") / "original"
    own_networks().save_to_preset(folder)
    return folder


@pytest.fixture
def expected(original):
    RAN.clear()
    return VAE.from_preset(original).encode(X)


def loads_or_is_refused(folder, check):
    """Whether it loads; any error but the documented kind passes through."""
    try:
        vae = VAE.from_preset(folder)
    except PresetError:
        assert RAN == []
        return False
    except ValueError as error:
        # A model of another class, in place of one that `VAE.from_preset` takes.
        assert "needs a preset of a VAE" in str(error)
        return False
    assert RAN == []
    check(vae)
    return True


@pytest.mark.filterwarnings("ignore")
def test_configs(original, expected, tmp_path):
    rng, folder = random.Random(0), copied(original, tmp_path / "preset")
    before = json.loads((original / "config.json").read_text())
    counts = {True: 0, False: 0}
    for _ in range(CONFIGS):
        config = copy.deepcopy(before)
        for _ in range(rng.choice([1, 1, 2, 3])):
            mutate(config, rng)
        (folder / "config.json").write_text(json.dumps(config))
        reseal(folder)

        def check(vae):
            # It has the weights of the file: what differs is what no weight shows.
            assert sum(np.size(w) for w in vae.get_weights()) > 0

        counts[loads_or_is_refused(folder, check)] += 1
    assert counts[True] > 5 and counts[False] > 50, counts


def spoiled(data, rng):
    data = bytearray(data)
    kind = rng.randrange(4)
    at = rng.randrange(len(data))
    if kind == 0:
        del data[at:]
    elif kind == 1:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 2:
        data[at : at + 8] = rng.randbytes(8)
    else:
        end = min(len(data), at + rng.randrange(1, 64))
        del data[at:end]
    return bytes(data)


@pytest.mark.filterwarnings("ignore")
def test_files_of_weights(original, expected, tmp_path):
    rng, folder = random.Random(1), copied(original, tmp_path / "preset")
    before = (original / "model.weights.h5").read_bytes()
    for _ in range(FILES):
        (folder / "model.weights.h5").write_bytes(spoiled(before, rng))
        if rng.random() < 0.1:
            assert not loads_or_is_refused(folder, None)  # the checksum
        reseal(folder)
        loads_or_is_refused(folder, lambda vae: vae.get_weights())


@pytest.mark.parametrize("name", ["metadata.json", "config.json"])
def test_text_files(original, expected, tmp_path, name):
    rng, folder = random.Random(2), copied(original, tmp_path / "preset")
    before = (original / name).read_bytes()
    for _ in range(30):
        (folder / name).write_bytes(spoiled(before, rng))
        if name == "config.json":
            reseal(folder)
        loads_or_is_refused(folder, lambda vae: vae.get_weights())


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "tar.xz"])
def test_archives(original, tmp_path, kind):
    rng, target = random.Random(3), tmp_path / f"archive.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in original.iterdir():
                archive.write(path, path.name)
    else:
        with tarfile.open(target, f"w:{kind[4:]}") as archive:
            for path in original.iterdir():
                archive.add(path, path.name)
    before = target.read_bytes()
    refused = 0
    for i in range(ARCHIVES):
        target.write_bytes(spoiled(before, rng))
        folder = tmp_path / f"out{i}"
        folder.mkdir()
        try:
            pretrained.archives.extract_preset(target, folder)
        except PresetError:
            refused += 1
        names = {path.name for path in folder.iterdir()}
        assert names <= set(pretrained.folder.FILES)
    assert refused > 10
    assert {path.name for path in tmp_path.iterdir()} == {
        target.name,
        *(f"out{i}" for i in range(ARCHIVES)),
    }


def test_switch_for_unsafe_code_changes_nothing(original, tmp_path):
    """With what the user may have turned on, a preset stays as safe as without it."""
    RAN.clear()
    folder = copied(original, tmp_path / "preset")
    library = keras.src.saving.serialization_lib
    before = library.in_safe_mode()
    keras.config.enable_unsafe_deserialization()
    try:
        rng = random.Random(4)
        config = json.loads((original / "config.json").read_text())
        for _ in range(20):
            changed = copy.deepcopy(config)
            container, key = rng.choice(places(changed))
            container[key] = {"class_name": "__lambda__", "config": {"value": "gASV"}}
            (folder / "config.json").write_text(json.dumps(changed))
            reseal(folder)
            assert not loads_or_is_refused(folder, None)
    finally:
        library.SafeModeScope(before).__enter__()
