"""The presets inside the package: their size, their outputs on every backend, their cards."""

import os
import re
from pathlib import Path

import numpy as np
import pytest
from checks import BACKEND

import keras_vae
from keras_vae import VAE, pretrained
from keras_vae.presets import recipes
from keras_vae.presets.measurements import active_units, check_numbers, known_outputs
from keras_vae.presets.table import BEGIN, END, table

NAMES = keras_vae.presets.list()
DOCS = Path(__file__).parents[2] / "docs" / "presets.md"
MEGABYTE = 1e6


def size(name):
    return sum(path.stat().st_size for path in (pretrained.BUNDLED / name).iterdir())


def test_they_are_small():
    sizes = {name: size(name) for name in NAMES}
    assert max(sizes.values()) <= 5 * MEGABYTE
    assert sum(sizes.values()) <= 40 * MEGABYTE


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_those_of_the_card_on_every_backend(name):
    vae = VAE.from_preset(name)
    expected = keras_vae.presets.describe(name)["check"]["outputs"]
    for output, values in known_outputs(vae).items():
        np.testing.assert_allclose(values, expected[output], rtol=1e-5, atol=1e-5, err_msg=output)


@pytest.mark.skipif(BACKEND != "jax", reason="others compile nothing for it")
def test_loading_leaves_the_compiler_as_it_was():
    import jax

    before = jax.config.read("jax_disable_most_optimizations")
    VAE.from_preset("vae_digits_2d")
    assert jax.config.read("jax_disable_most_optimizations") is before


def test_a_categorical_latent_is_one_active_unit():
    vae = VAE.from_preset("categorical_vae")
    x = np.random.default_rng(0).integers(0, 2, (50, 28, 28)).astype("float32")
    assert vae.encode(x).shape[1:] == (20, 10)
    assert 0 < active_units(vae, x) <= 20
    assert active_units(vae, x[[0, 0]]) == 0


@pytest.mark.parametrize("name", NAMES)
def test_card_is_complete(name):
    card, recipe = keras_vae.presets.describe(name), recipes.get(name)
    assert card["name"] == name
    for field in ("title", "reference", "protocol", "licence", "seed", "published", "fine_tunes"):
        assert card[field] == getattr(recipe, field), field
    assert card["training"]["command"] == recipe.command("train")
    assert card["results"]["command"] == recipe.command("evaluate")
    assert set(card["training"]) >= {"epochs", "seconds", "device", "date"}


@pytest.mark.skipif(BACKEND != "torch", reason="once is enough, where nothing is compiled")
@pytest.mark.skipif(not os.environ.get("KERAS_VAE_DATA"), reason="needs real data")
@pytest.mark.parametrize("name", NAMES)
def test_elbo_is_that_of_the_card(name):
    recipe, card = recipes.get(name), keras_vae.presets.describe(name)["check"]
    numbers = check_numbers(VAE.from_preset(name), recipe.data().test.x, seed=1)
    assert numbers["num_images"] == card["num_images"]
    # Other draws of z: two estimates, each with an error of its own from ten draws.
    error = np.hypot(numbers["standard_error"], card["standard_error"])
    assert abs(numbers["elbo"] - card["elbo"]) < 6 * error + 1e-3


def test_table_in_the_docs_is_made_from_the_cards():
    text = DOCS.read_text(encoding="utf-8")
    # `python -m keras_vae.presets table --write docs/presets.md` puts it there.
    assert text.split(BEGIN)[1].split(END)[0] == table()


def test_docs_name_every_recipe():
    named = set(re.findall(r"`(\w+)`", DOCS.read_text(encoding="utf-8")))
    assert set(recipes.ALL) <= named
