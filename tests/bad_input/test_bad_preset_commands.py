"""The commands of `python -m keras_vae.presets` with wrong arguments."""

import pytest

from keras_vae.presets import __main__ as commands
from keras_vae.presets import recipes


@pytest.mark.parametrize("action", ["train", "evaluate"])
def test_unknown_recipe_gives_the_nearest(action, capsys):
    assert commands.main([action, "vae_digit_2d"]) == 1
    assert "Did you mean 'vae_digits_2d'?" in capsys.readouterr().err


def test_unknown_preset_is_named(capsys):
    assert commands.main(["describe", "none_of_these"]) == 1
    assert "'none_of_these'" in capsys.readouterr().err


def test_evaluation_needs_a_training(tmp_path, capsys):
    assert commands.main(["evaluate", "iwae_50", "--output", str(tmp_path)]) == 1
    assert str(tmp_path) in capsys.readouterr().err


def test_missing_data_are_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_VAE_DATA", "")
    assert commands.main(["train", "vae_mnist_2d", "--data", str(tmp_path / "none")]) == 1
    assert "needs to name a folder that exists" in capsys.readouterr().err


def test_table_goes_between_its_marks(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- table -->\nold\n<!-- end of table -->\nafter\n")
    assert commands.main(["table", "--write", str(page)]) == 0
    lines = page.read_text().splitlines()
    assert (lines[0], lines[-1], "old" in lines) == ("before", "after", False)
    assert [line for line in lines if line.startswith("| preset |")]
    page.write_text("no marks")
    assert commands.main(["table", "--write", str(page)]) == 1
    assert "page.md needs the lines" in capsys.readouterr().err


def test_recipes_are_named_as_in_their_files():
    assert all(name == recipe.name for name, recipe in recipes.ALL.items())
    assert all(recipe.protocol and recipe.licence for recipe in recipes.ALL.values())
