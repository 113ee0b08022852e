"""Presets that are refused, each with what is wrong."""

import io
import json
import os
import pickle
import sys
import tarfile
import types
import zipfile
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

import keras_vae
from keras_vae import VAE, models, pretrained


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("presets") / "original"
    models.BernoulliVAE((4, 3), hidden=(3,), seed=0).save_to_preset(folder, {"data": "none"})
    return folder


@pytest.fixture
def preset(original, tmp_path):
    """A copy that a test may spoil."""
    folder = tmp_path / "preset"
    folder.mkdir()
    for path in original.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


def edit(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def reseal(folder):
    """Checksums that fit, as somebody who means harm would write them."""
    sums = {
        name: pretrained.folder._sha256(folder / name)
        for name in ("config.json", "model.weights.h5")
    }
    edit(folder / "metadata.json", lambda card: card.update(sha256=sums))


def refuses(folder, *words, error=ValueError, cls=VAE, **kwargs):
    with pytest.raises(error) as caught:
        cls.from_preset(folder, **kwargs)
    message = str(caught.value)
    assert all(word in message for word in words), message


# ---- what it is called -----------------------------------------------------------------------


def test_unknown_name_gives_the_nearest():
    refuses("vae_digit_2d", "needs one of", "Did you mean 'vae_digits_2d'?")


@pytest.mark.parametrize("source", [None, 3, b"x"])
def test_source_must_be_a_name(source):
    refuses(source, "name, a path or a URL", repr(source))


@pytest.mark.parametrize("source", ["http://host/file.zip", "ftp://host/file.zip", "s3://a/b"])
def test_other_schemes_are_refused(source):
    refuses(source, "https://", source)


def test_url_needs_a_checksum():
    refuses("https://host/file.zip", "sha256=None")
    refuses("https://host/file.zip", "64 hexadecimal digits", sha256="abc")


def test_checksum_without_a_url_is_refused(preset):
    refuses(preset, "https:// source only", sha256=64 * "0")


@pytest.mark.parametrize("source", ["hf://user", "hf://user/repo/../file", "hf://user/../repo"])
def test_hub_needs_user_and_repository(source):
    refuses(source, "hf://user/repo", source)


def test_hub_without_its_package_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    refuses("hf://user/repo", "pip install keras_vae[hub]", error=ImportError)


# ---- what is in the folder -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "metadata.json"])
def test_missing_file_is_named(preset, name):
    (preset / name).unlink()
    refuses(preset, f"no {name}", error=FileNotFoundError)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_changed_file_is_refused(preset, name):
    content = bytearray((preset / name).read_bytes())
    content[len(content) // 2] ^= 1
    (preset / name).write_bytes(content)
    refuses(preset, name, "sha256")


@pytest.mark.parametrize("content", ["{", "[]", "\udcff"])
def test_damaged_card_is_refused(preset, content):
    (preset / "metadata.json").write_text(content, errors="surrogateescape")
    refuses(preset, "metadata.json")


def test_newer_version_is_refused(preset):
    edit(preset / "metadata.json", lambda card: card.update(format_version=2))
    refuses(preset, "newer keras_vae", "format_version <= 1", "format_version=2")


def test_card_without_version_is_refused(preset):
    edit(preset / "metadata.json", lambda card: card.pop("format_version"))
    refuses(preset, "format_version=None")


def test_card_without_checksums_is_refused(preset):
    edit(preset / "metadata.json", lambda card: card.pop("sha256"))
    refuses(preset, "sha256")


def test_wrong_class_is_named(preset):
    refuses(preset, "ConvVAE.from_preset", "a BernoulliVAE", "VAE.from_preset", cls=models.ConvVAE)


# ---- what a config may name ------------------------------------------------------------------


def spoil(preset, change):
    edit(preset / "config.json", change)
    reseal(preset)


def node(class_name, module, registered_name=None, **config):
    names = {"class_name": class_name, "module": module, "registered_name": registered_name}
    return {**names, "config": config}


FOREIGN = {
    "lambda layer": node("Lambda", "keras.layers"),
    "unpickling layer": node("TorchModuleWrapper", "keras.layers"),
    "layer that reads files": node("TFSMLayer", "keras.layers", filepath="/etc"),
    "lambda function": node("__lambda__", "builtins", code="gASV"),
    "function": {**node("function", "builtins"), "config": "eval"},
    "function that is no activation": {**node("function", "builtins"), "config": "deserialize"},
    "function of a module": {**node("function", "os"), "config": "system"},
    "class of a module": node("Popen", "subprocess", "Popen", args="id"),
    "plain name in a module": node("Dense", "os.path", units=2),
    "plain name registered elsewhere": node("Dense", "keras.layers", "other>Dense", units=2),
    "unknown class of this package": node("Evil", "keras_vae.models", "keras_vae>models.Evil"),
    "no module": {"class_name": "Dense", "config": {"units": 2}},
    "no name": {"class_name": ["Dense"], "module": "keras.layers", "config": {}},
    "compiled": {**node("Dense", "keras.layers", units=2), "compile_config": {}},
}


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_class_is_refused(preset, name):
    spoil(preset, lambda config: config["config"].update(activation=[FOREIGN[name]]))
    refuses(preset, "A preset")


def test_foreign_model_is_refused(preset):
    spoil(preset, lambda config: config.update(registered_name=None))
    refuses(preset, "only classes that keras_vae registers", "'BernoulliVAE'")


def test_part_in_place_of_a_model_is_refused(preset):
    part = node("Normal", "keras_vae.posteriors.normal", "keras_vae>posteriors.Normal")
    spoil(preset, lambda config: (config.clear(), config.update(part)))
    refuses(preset, "a Normal")


def test_model_with_a_lambda_is_not_saved(tmp_path):
    x, z = keras.Input((4, 3)), keras.Input((2,))
    h = keras.layers.Lambda(lambda h: h)(keras.layers.Flatten()(x))
    encoder = keras.Model(x, [keras.layers.Dense(2)(h), keras.layers.Dense(2)(h)])
    decoder = keras_vae.networks.mlp((2,), {"logits": (4, 3)}, hidden=())
    del z
    with pytest.raises(ValueError, match="Lambda"):
        VAE(encoder, decoder).save_to_preset(tmp_path / "new")
    assert not list(tmp_path.iterdir())


# ---- weights ---------------------------------------------------------------------------------


def test_weights_of_another_shape_are_refused(preset, tmp_path):
    models.BernoulliVAE((4, 3), hidden=(5,)).save_to_preset(tmp_path / "other")
    (preset / "model.weights.h5").write_bytes((tmp_path / "other/model.weights.h5").read_bytes())
    reseal(preset)
    refuses(preset, "the weights of BernoulliVAE")


def test_a_pickle_is_no_weights_file(preset):
    (preset / "model.weights.h5").write_bytes(pickle.dumps([1]))
    reseal(preset)
    refuses(preset, "not an HDF5 file")


@pytest.mark.parametrize("kind", ["external", "soft", "external data"])
def test_weights_in_other_files_are_refused(preset, kind):
    with h5py.File(preset / "model.weights.h5", "a") as file:
        if kind == "external":
            file["more"] = h5py.ExternalLink("/etc/secret.h5", "/")
        elif kind == "soft":
            file["more"] = h5py.SoftLink("/encoder")
        else:
            size = h5py.h5f.UNLIMITED
            file.create_dataset("more", (1,), "u1", external=[("/etc/passwd", 0, size)])
    reseal(preset)
    refuses(preset, "points elsewhere", "more")


# ---- archives --------------------------------------------------------------------------------


def packed(folder, kind, prefix="", extra=None):
    """A preset in an archive, with one more member if asked for."""
    target = folder.parent / f"archive.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            for path in folder.iterdir():
                archive.write(path, prefix + path.name)
            if extra:
                archive.writestr(extra, "x")
    else:
        with tarfile.open(target, "w:gz") as archive:
            for path in folder.iterdir():
                archive.add(path, prefix + path.name)
            if isinstance(extra, str):
                member = tarfile.TarInfo(extra)
                member.size = 1
                archive.addfile(member, io.BytesIO(b"x"))
            elif extra:
                archive.addfile(extra)
    return target


def extract(archive, folder):
    folder.mkdir()
    pretrained.archives.extract_preset(archive, folder)
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("prefix", ["", "my_preset/", "./"])
def test_only_the_files_of_a_preset_come_out(preset, tmp_path, kind, prefix):
    archive = packed(preset, kind, prefix, extra="my_preset/setup.py")
    files = ["config.json", "metadata.json", "model.weights.h5"]
    assert extract(archive, tmp_path / "out") == files


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/tmp/evil", "C:/evil", "..\\evil"])
def test_paths_out_of_an_archive_are_refused(preset, tmp_path, kind, name):
    with pytest.raises(ValueError, match="leads out of it"):
        extract(packed(preset, kind, extra=name), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(preset, tmp_path, kind):
    member = tarfile.TarInfo("link")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(ValueError, match="plain files"):
        extract(packed(preset, "tar.gz", extra=member), tmp_path / "out")


def test_archive_without_a_file_is_refused(preset, tmp_path):
    (preset / "config.json").unlink()
    with pytest.raises(ValueError, match="needs one config.json"):
        extract(packed(preset, "zip"), tmp_path / "out")


def test_archive_with_two_presets_is_refused(preset, tmp_path):
    with pytest.raises(ValueError, match="needs one config.json"):
        extract(packed(preset, "zip", "a/", extra="b/config.json"), tmp_path / "out")


def test_archive_that_unpacks_without_end_is_refused(preset, tmp_path, monkeypatch):
    monkeypatch.setattr(pretrained.archives, "MAX_BYTES", 100)
    with pytest.raises(ValueError, match="at most 100 bytes"):
        extract(packed(preset, "zip"), tmp_path / "out")


def test_other_files_are_no_archives(tmp_path):
    (tmp_path / "file").write_text("not found")
    with pytest.raises(ValueError, match="neither a .zip nor a .tar"):
        extract(tmp_path / "file", tmp_path / "out")


def test_url_with_another_content_is_refused(preset, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    url = packed(preset, "zip").as_uri()
    with pytest.raises(ValueError, match="sha256"):
        pretrained.sources.fetch_archive(url, 64 * "0")
    assert not list((tmp_path / "keras").rglob("*.json"))


# ---- saving ----------------------------------------------------------------------------------


def test_a_folder_of_something_else_is_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(ValueError, match="something else"):
        models.BernoulliVAE((4, 3), hidden=(3,)).save_to_preset(tmp_path)
    assert os.listdir(tmp_path) == ["thesis.txt"]


@pytest.mark.parametrize("metadata", [{"sha256": {}}, ["data"], {"x": np.zeros(2)}, "data"])
def test_bad_metadata_is_refused(tmp_path, metadata):
    with pytest.raises(ValueError, match="metadata"):
        models.BernoulliVAE((4, 3), hidden=(3,)).save_to_preset(tmp_path / "new", metadata)
    assert not list(tmp_path.iterdir())


def test_a_failed_save_leaves_the_earlier_preset(preset, monkeypatch):
    before = (preset / "metadata.json").read_bytes()
    vae = models.BernoulliVAE((4, 3), hidden=(5,))
    monkeypatch.setattr(vae, "save_weights", lambda path: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        vae.save_to_preset(preset)
    assert (preset / "metadata.json").read_bytes() == before
    assert [path.name for path in preset.parent.iterdir()] == ["preset"]


# ---- what works, beside what does not --------------------------------------------------------


def test_hub_preset_is_loaded(preset, monkeypatch):
    asked = {}

    def snapshot_download(**kwargs):
        asked.update(kwargs)
        return str(preset)

    hub = types.SimpleNamespace(snapshot_download=snapshot_download)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert isinstance(VAE.from_preset("hf://user/my-repo@v1.0"), models.BernoulliVAE)
    assert (asked["repo_id"], asked["revision"]) == ("user/my-repo", "v1.0")
    assert set(asked["allow_patterns"]) >= {path.name for path in preset.iterdir()}


def test_url_preset_is_fetched_once(preset, tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    archive = packed(preset, "zip", "folder/")
    sha256 = pretrained.folder._sha256(archive)
    folder = pretrained.sources.fetch_archive(archive.as_uri(), sha256)
    url = archive.as_uri()
    archive.unlink()
    assert pretrained.sources.fetch_archive(url, sha256) == folder
    assert isinstance(VAE.from_preset(folder), models.BernoulliVAE)
    assert sorted(p.name for p in folder.parent.iterdir()) == [Path(folder).name]
