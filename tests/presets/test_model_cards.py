"""What presets a class has, and the page that tells of one."""

import pytest
from checks import BACKEND

import keras_vae
from keras_vae import VAE, models, pretrained
from keras_vae.presets.__main__ import main

NAMES = keras_vae.presets.list()

pytestmark = pytest.mark.skipif(BACKEND != "torch", reason="needs no backend")


def test_each_class_has_the_presets_that_it_loads():
    assert list(VAE.presets) == NAMES
    for name in models.__all__:
        cls = getattr(models, name)
        for preset, title in cls.presets.items():
            card = keras_vae.presets.describe(preset)
            assert title == card["title"]
            assert issubclass(getattr(models, card["class_name"].split(".")[-1]), cls)
    assert list(models.ConvVAE.presets) == ["conv_vae_fashion_8d"]
    assert models.SVAE.presets.keys() == models.SVAE.presets.keys() & {"svae_10"}
    assert models.PoincareVAE.presets == {}
    assert "vae_digits_2d" in models.BernoulliVAE((4, 3), hidden=(3,)).presets


@pytest.mark.parametrize("name", NAMES)
def test_card_tells_class_data_protocol_and_numbers(name, capsys):
    metadata = keras_vae.presets.describe(name)
    page = keras_vae.presets.card(name)
    for told in ("title", "reference", "protocol", "licence"):
        assert metadata[told] in page, told
    assert f"| weights | {metadata['num_parameters']:,} |" in page
    assert f'from_preset("{name}")' in page and "| argument | |" in page
    assert metadata["results"]["command"] in page and metadata["training"]["command"] in page
    assert "One seed (0)" in page
    assert main(["card", name]) == 0 and capsys.readouterr().out == page


def card_of(metadata, **kwargs):
    config = {"class_name": "VAE", "config": {"codes": list(range(500)), "prior": None}}
    return pretrained.model_card(config, metadata, "folder", **kwargs)


def test_several_seeds_are_told_with_mean_and_deviation():
    seeds = {str(seed): {"negative_elbo": value} for seed, value in ((0, 90.0), (1, 92.0))}
    page = card_of({"seeds": seeds, "results": {"negative_elbo": 90.0}})
    assert "one of 2 trainings, with seeds 0, 1" in page
    assert "negative elbo: mean 91, standard deviation 1.414 (90, 92)" in page
    assert "One seed" not in page


@pytest.mark.parametrize(
    "metadata, told",
    [
        ({}, []),
        (
            {"results": "good", "published": 3, "training": ["long"]},
            ["| result | good |", "| training | ['long'] |"],
        ),
        (
            {"results": None, "note": "a | b\nc", "deep": {"more": {"here": 1.5}}},
            ["| note | a \\| b c |", "| deep.more.here | 1.5 |"],
        ),
    ],
)
def test_any_metadata_makes_a_card(metadata, told):
    page = card_of(metadata)
    assert page.startswith("---\nlibrary_name: keras_vae\n")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert all(line.replace("\\|", "").count("|") == 3 for line in rows)
    assert "prior" not in page and "## Report" not in page  # nothing to tell
    assert max(map(len, rows)) < 250
    assert all(row in rows for row in told)


def test_report_is_linked():
    assert "](report.html)" in card_of({}, report="report.html")
    assert "](https://example.org/a)" in card_of({"report": "https://example.org/a"})
