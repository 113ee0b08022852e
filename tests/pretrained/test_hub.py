"""Presets on the Hugging Face Hub, by a stand-in of its client: folders on this machine."""

import fnmatch
import importlib.util
import inspect
import shutil
import sys
import types

import numpy as np
import pytest

from keras_vae import VAE, models, pretrained


class Hub:
    """A hub in a folder, with the calls of huggingface_hub that are used."""

    def __init__(self, root):
        self.root, self.calls = root, []

    def HfApi(self, token=None):  # noqa: N802, the client's name
        self.calls.append(("HfApi", {"token": token}))
        return types.SimpleNamespace(create_repo=self.create_repo, upload_folder=self.upload_folder)

    def create_repo(self, **kwargs):
        self.calls.append(("create_repo", kwargs))
        (self.root / kwargs["repo_id"]).mkdir(parents=True, exist_ok=kwargs["exist_ok"])
        return f"https://huggingface.co/{kwargs['repo_id']}"

    def upload_folder(self, **kwargs):
        self.calls.append(("upload_folder", kwargs))
        target = self.root / kwargs["repo_id"]
        shutil.copytree(kwargs["folder_path"], target, dirs_exist_ok=True)

    def snapshot_download(self, repo_id, revision, allow_patterns):
        source, target = self.root / repo_id, self.root / "cache" / repo_id
        target.mkdir(parents=True, exist_ok=True)
        for path in source.iterdir():
            if any(fnmatch.fnmatch(path.name, pattern) for pattern in allow_patterns):
                shutil.copy(path, target)
        return str(target)


@pytest.fixture
def hub(tmp_path, monkeypatch):
    hub = Hub(tmp_path / "hub")
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    return hub


@pytest.fixture(scope="module")
def vae():
    return models.BernoulliVAE((4, 3), latent_dim=2, hidden=(5,), seed=0)


def test_what_is_pushed_loads_back(hub, vae, tmp_path):
    report = tmp_path / "page.html"
    report.write_text("<p>numbers</p>")
    metadata = {"data": "noise", "results": {"negative_elbo": 8.25}}
    address = vae.push_to_hub(
        "org/noise", metadata, report=report, token="hf_x", private=True, message="First"
    )
    assert address == "https://huggingface.co/org/noise"
    files = {path.name for path in (hub.root / "org" / "noise").iterdir()}
    assert files == {
        "README.md",
        "config.json",
        "metadata.json",
        "model.weights.h5",
        "report.html",
    }
    page = (hub.root / "org" / "noise" / "README.md").read_text()
    assert "| data | noise |" in page and "| negative elbo | 8.25 |" in page
    assert 'from_preset("hf://org/noise")' in page and "](report.html)" in page
    again = models.BernoulliVAE.from_preset("hf://org/noise")
    x = np.eye(12, dtype="float32").reshape(12, 4, 3)
    np.testing.assert_array_equal(again.encode(x), vae.encode(x))
    assert not (hub.root / "cache" / "org" / "noise" / "README.md").exists()
    calls = dict(hub.calls)
    assert calls["HfApi"] == {"token": "hf_x"}
    assert calls["create_repo"]["private"] is True
    assert calls["upload_folder"]["commit_message"] == "First"


def test_own_card_and_second_push(hub, vae):
    vae.push_to_hub("org/noise")
    vae.push_to_hub("org/noise", card="# Mine\n")
    assert (hub.root / "org" / "noise" / "README.md").read_text() == "# Mine\n"


@pytest.mark.parametrize("repo", ["noise", "hf://org/noise", "org/../noise", "org/a/b", None, ""])
def test_bad_names_are_refused_before_anything_is_sent(hub, vae, repo):
    with pytest.raises(ValueError, match="org/name"):
        vae.push_to_hub(repo)
    assert not hub.calls


def test_bad_metadata_is_refused_before_anything_is_sent(hub, vae):
    with pytest.raises(ValueError, match="metadata"):
        vae.push_to_hub("org/noise", {"data": object()})
    with pytest.raises(FileNotFoundError):
        vae.push_to_hub("org/noise", report="nowhere.html")
    assert not hub.calls


def test_errors_of_the_client_are_one_kind(hub, vae, monkeypatch):
    def refuse(**kwargs):
        raise RuntimeError("401 Client Error")

    monkeypatch.setattr(hub, "upload_folder", refuse)
    with pytest.raises(ConnectionError, match="org/noise cannot be written.*401"):
        vae.push_to_hub("org/noise")


def test_without_the_client_the_error_says_how_to_install_it(vae, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"pip install keras_vae\[hub\]"):
        vae.push_to_hub("org/noise")


@pytest.mark.skipif(not importlib.util.find_spec("huggingface_hub"), reason="needs huggingface_hub")
def test_the_real_client_takes_these_calls(vae, hub, monkeypatch):
    vae.push_to_hub("org/noise", token="hf_x", private=False)
    monkeypatch.delitem(sys.modules, "huggingface_hub")
    from huggingface_hub import HfApi

    for name, kwargs in hub.calls:
        function = HfApi if name == "HfApi" else getattr(HfApi(), name)
        inspect.signature(function).bind(**kwargs)


# ---- cards beside presets in a folder ----------------------------------------------------------


def test_a_folder_has_a_card_on_request(vae, tmp_path):
    vae.save_to_preset(tmp_path / "plain")
    assert not (tmp_path / "plain" / "README.md").exists()
    folder = tmp_path / "told"
    vae.save_to_preset(folder, {"title": "Noise"}, card=True)
    page = (folder / "README.md").read_text()
    assert "# Noise" in page and "MLP(hidden=[5]" in page and str(folder) in page
    assert isinstance(VAE.from_preset(folder), models.BernoulliVAE)
    archive = shutil.make_archive(str(tmp_path / "archive"), "zip", folder)
    (tmp_path / "unpacked").mkdir()
    pretrained.archives.extract_preset(archive, tmp_path / "unpacked")
    assert len(list((tmp_path / "unpacked").iterdir())) == 3


@pytest.mark.parametrize("options", [{"card": None}, {"card": 1}, {"report": "page.html"}])
def test_bad_cards_are_refused(vae, tmp_path, options):
    with pytest.raises(ValueError, match="card"):
        vae.save_to_preset(tmp_path / "new", **options)
    assert not list(tmp_path.iterdir())
